"""Make the secrets of a deployment: certificates, passwords, tokens, and the server configuration with them."""
