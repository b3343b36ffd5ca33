package identity

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Nobody who acts in one capacity has what belongs to the other.
func TestCapacity(t *testing.T) {
	all := Join([]Grant{{"a/social", []Role{Officer}}, {"a/skola", []Role{Chair}}}, []Grant{{"a/social", []Role{Chair, Officer}}})
	for c, want := range map[Capacity][]Grant{
		"":       {{"a/social", []Role{Officer, Chair}}, {"a/skola", []Role{Chair}}},
		Employed: {{"a/social", []Role{Officer}}},
		Elected:  {{"a/social", []Role{Chair}}, {"a/skola", []Role{Chair}}},
	} {
		if diff := cmp.Diff(want, c.Within(all)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c, diff)
		}
	}
}
