package directory_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/examples/demo"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

func TestTheDemoLoads(t *testing.T) {
	d, err := directory.Load(demo.Municipalities, "municipalities")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Tenants()) != 2 {
		t.Fatalf("%d municipalities", len(d.Tenants()))
	}
	ek, _ := d.Tenant("ekkoping")
	grants := ek.Grants([]string{"ekkoping:barn-och-utbildning:decider", "ekkoping:social:officer", "tallvik:barn-och-utbildning:officer", "alla-anstallda"})
	if len(grants) != 2 || grants[0].Authority != "ekkoping/barn-och-utbildning" || len(grants[0].Roles) != 2 {
		t.Fatalf("grants: %v", grants)
	}
	a := identity.Actor{Staff: &identity.Staff{Grants: grants}}
	if !a.Has("ekkoping/social", identity.Officer) || a.Has("ekkoping/social", identity.Decider) || a.Has("tallvik/barn-och-utbildning", identity.Officer) {
		t.Fatal("a grant crosses a wall")
	}
}

// A mistake is one line that says what and where.
func TestMistakesStopTheStart(t *testing.T) {
	raw, err := demo.Municipalities.ReadFile("municipalities/ekkoping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown key":       {"short: Ekköping", "shrot: Ekköping", "shrot"},
		"bad id":            {"id: ekkoping", "id: Ek Köping", "id"},
		"no contact":        {"  phone: 031-390 06 01\n", "", "contact.phone"},
		"unknown role":      {"roles: [officer]", "roles: [boss]", "boss"},
		"unknown authority": {"authority: social", "authority: miljo", "miljo"},
		"no statement":      {"  report: tillganglighet@ekkoping.example\n", "", "accessibility"},
		"empty variable":    {"staff:\n", "staff:\n  clientSecret: env:SAMTJANST_NO_SUCH\n", "SAMTJANST_NO_SUCH"},
		"second with id":    {"", "", "second"},
		"a login of none":   {"staff:\n", "staff:\n  logins: [{id: kort, title: {sv: Kort}}]\n", "staff.logins[0]: kort: either oidc or saml"},
		"a login unnamed":   {"staff:\n", "staff:\n  logins: [{id: kort, title: {en: Card}, oidc: {issuer: https://a.example}}]\n", "title"},
		"two logins alike":  {"staff:\n", "staff:\n  logins: [{id: k, title: {sv: K}, oidc: {issuer: https://a.example}}, {id: k, title: {sv: K}, oidc: {}}]\n", "staff.logins[1]: a second login"},
		"a login's secret":  {"staff:\n", "staff:\n  logins: [{id: k, title: {sv: K}, oidc: {clientSecret: \"env:SAMTJANST_NO_SUCH\"}}]\n", "staff.logins[0]: clientSecret"},
	} {
		files := fstest.MapFS{"m/a.yaml": {Data: []byte(strings.Replace(good, c.from, c.to, 1))}}
		if name == "second with id" {
			files["m/b.yaml"] = files["m/a.yaml"]
		}
		_, err := directory.Load(files, "m")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), ".yaml") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
