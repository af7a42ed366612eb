"""What only asks: nothing here changes the store."""
