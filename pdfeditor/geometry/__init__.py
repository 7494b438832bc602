"""Pure: page boxes, coordinates and the shapes of annotations."""
