package byhand

import (
	"net/url"
	"samtjanst/admin/admintest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/flow"
	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	site, _ := admintest.Site(t, nil)
	a, err := newArea(site, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, a.desk)
	uitest.Template(t, a.edit)
	uitest.Template(t, a.preview)
	uitest.Template(t, a.takeBack)
}

// A posted page is read as it was typed: rows in their order, each once, steps by their number.
func TestRead(t *testing.T) {
	got := read(url.Values{"titel": {" Avtal "}, "rad": {"k2", "k1", "k2", ""}, "namn.k1": {"Anna"}, "namn.k2": {"Bo"}, "steg.k1": {"1"}, "steg.k2": {"2"},
		"namn.k3": {"ingen rad"}, "regel.2": {"some"}, "antal.2": {"två"}, "tur.2": {"ja"}, "vanta.2": {"5"}, "enhet.2": {"minutes"}, "tid": {"time"}, "dag": {"2026-11-24"}})
	want := flow.HandOrder{Title: " Avtal ", Until: "time", Day: "2026-11-24",
		Signers: []flow.HandSigner{{Key: "k2", Name: "Bo", Step: "2"}, {Key: "k1", Name: "Anna", Step: "1"}},
		Steps:   []flow.HandStep{{Number: "2", Rule: "some", Need: "två", Ladder: true, Wait: "5", Unit: "minutes"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A new row has a key that no other has, and the last row is emptied instead of taken away.
func TestRows(t *testing.T) {
	o, key := addRow(flow.HandOrder{Signers: []flow.HandSigner{{Key: "k7", Step: "2"}, {Key: "k3", Step: "1"}, {Key: "odd"}}})
	if key != "k8" || len(o.Signers) != 4 || o.Signers[3].Key != "k8" {
		t.Errorf("%s %+v", key, o.Signers)
	}
	for _, k := range []string{"k7", "k3", "odd", "k8"} {
		o = removeRow(o, k)
	}
	if d := cmp.Diff([]flow.HandSigner{{Key: "k1", Step: "1"}}, o.Signers); d != "" {
		t.Error(d)
	}
}
