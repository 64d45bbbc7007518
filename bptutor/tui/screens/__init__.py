"""The course map, a lesson, and the small screens around them."""
