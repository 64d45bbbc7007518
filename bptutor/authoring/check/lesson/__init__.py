"""What `bptutor check` refuses in one lesson: its scene, its lines, its questions, its texts."""
