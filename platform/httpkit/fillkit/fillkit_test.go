package fillkit

import (
	"testing"

	"samtjanst/renderer/ui/uitest"
)

// Every field and method that a template names exists in its page's struct.
func TestTemplates(t *testing.T) {
	u, _, _ := uitest.Shipped(t)
	k, err := New(u, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, k.form)
	uitest.Template(t, k.check)
	uitest.Template(t, k.resend)
}

func TestReadsFacts(t *testing.T) {
	computed := map[string]string{"barn": "facts.?children.orValue([])[0]", "namn": "computed.?barn.?name", "grans": "settings.gränser", "ring": "computed.ring"}
	for expr, want := range map[string]bool{"facts.x": true, "computed.namn": true, "computed.?namn": true, "computed.grans": false, "computed.ring": false,
		"answers.x": false, "artefacts.x": false} {
		if got := readsFacts(computed, expr, map[string]bool{}); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}
