"""The question bank of a pack: six questions per indicator and place, and the page that finds them."""
