"""What a file says of a signed step waits until a person of the clinic has accepted or refused it."""
