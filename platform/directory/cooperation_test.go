package directory_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/examples/demo"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

// A cooperation names boards that there are, and a host begins for another only what they have agreed on.
func TestCooperation(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"ekkoping", "tallvik"} {
		raw, err := demo.Municipalities.ReadFile("municipalities/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		files["m/"+name+".yaml"] = &fstest.MapFile{Data: raw}
	}
	tallvik := string(files["m/tallvik.yaml"].Data)
	with := func(host string) (*directory.Directory, error) {
		files["m/tallvik.yaml"] = &fstest.MapFile{Data: []byte(tallvik + "\ncooperations:\n  - {id: socialjour, title: Socialjouren, authority: barn-och-utbildning, host: " + host + ", forms: [lvu-6]}\n")}
		return directory.Load(files, "m")
	}
	if _, err := with("ekkoping/jour"); err == nil || !strings.Contains(err.Error(), "ekkoping/jour") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a host that is not there: %v", err)
	}
	if _, err := with("ekkoping/social, settings: {jourtelefon: 070-174 06 90}"); err != nil {
		t.Errorf("settings: %v", err)
	}
	again := "ekkoping/social, forms: [lvu-6], settings: {jourtelefon: 1}}\n  - {id: igen, title: Igen, authority: kommunstyrelsen, host: ekkoping/social"
	if _, err := with(again); err == nil || !strings.Contains(err.Error(), "lvu-6") {
		t.Errorf("settings of one form in two cooperations: %v", err)
	}
	d, err := with("ekkoping/social, settings: {jourtelefon: 070-174 06 90}")
	if err != nil {
		t.Fatal(err)
	}
	tall, _ := d.Tenant("tallvik")
	if got := tall.FormSettings("lvu-6")["jourtelefon"]; got != "070-174 06 90" || tall.FormSettings("lvu-9") != nil {
		t.Errorf("settings of the cooperation: %v, of another form %v", got, tall.FormSettings("lvu-9"))
	}
	for _, c := range []struct {
		host, auth, form string
		want             bool
	}{
		{"ekkoping/social", "tallvik/barn-och-utbildning", "lvu-6", true},
		{"ekkoping/social", "tallvik/barn-och-utbildning", "skolskjuts", false},
		{"ekkoping/barn-och-utbildning", "tallvik/barn-och-utbildning", "lvu-6", false},
		{"tallvik/barn-och-utbildning", "ekkoping/social", "lvu-6", false},
	} {
		if _, got := d.Cooperation(identity.AuthorityID(c.host), identity.AuthorityID(c.auth), c.form); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
