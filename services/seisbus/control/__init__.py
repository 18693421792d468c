"""The gRPC front door: submit, watch, query, cancel. It holds no state: truth is in MongoDB and JetStream."""
