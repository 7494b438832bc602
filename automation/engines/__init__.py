"""What dubs one chunk: the contract, its implementations, and what each can do."""
