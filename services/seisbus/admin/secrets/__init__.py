"""Secrets of a deployment: certificates, passwords, tokens, and the server configuration made of them."""
