"""Whether two expressions are equal: by draws, at 50 digits, beside kinks, and by an exact proof."""
