"""From counts to a frozen, safe, hashed release."""
