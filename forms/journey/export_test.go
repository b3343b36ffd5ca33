package journey

import "samtjanst/forms"

// Asked is how many conditions and expressions were evaluated for a view.
func Asked(v *forms.View) int { return v.Past.(*past).asked }
