package journey

import "samtjanst/forms"

// Loud is the graph that goes through every row.
func Loud(g *Graph) *Graph {
	loud := *g
	loud.quiet = nil
	return &loud
}

// Asked is how many conditions and expressions were evaluated for a view.
func Asked(v *forms.View) int { return v.Past.(*past).asked }
