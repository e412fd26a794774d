"""Acting in a Kubernetes cluster: calls by name, an account per family of actions."""
