"""What changes the store on someone's word."""
