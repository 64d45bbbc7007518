"""What is due, which questions a review or a quiz asks, and what came of them."""
