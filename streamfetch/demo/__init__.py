"""The main job without a browser; stands above all apps and is used by none."""
