"""Wrong places put into the course, one at a time: where, how, and whether they are wrong at all."""
