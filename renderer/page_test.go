package renderer

import "testing"

func TestTry(t *testing.T) {
	for name, d := range states(t) {
		p, html := content(t, "sv", d)
		t.Log(name, p.Size(), len(html))
		if name == "fel" {
			t.Log(html)
			for _, l := range p.Links(d.Problems) {
				t.Log(l)
			}
		}
	}
}
