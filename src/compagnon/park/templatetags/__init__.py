"""What the park's templates say of amounts."""
