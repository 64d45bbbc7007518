"""What an answer is worth, where that takes computing: numbers, shapes, expressions, programs."""
