package server_test

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/examples/demo"
	"samtjanst/forms"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// heads is a world in which Ekköping has one service, that heads of schools in Tallvik sign one by one after the applicant.
func heads(t *testing.T) *servertest.World {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder+"/gatufest", os.DirFS("testdata/forms/gatufest")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "gatufest", "form.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, change := range [][2]string{{"    from: computed.styrelse\n", "    directory: {organisation: tallvik, authority: barn-och-utbildning, title: Rektor}\n"},
		{"    - {who: [neighbour], need: 2}\n", ""}, {"  - role: neighbour\n    title: Granne\n    from: computed.grannar\n", ""}} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("the form does not say %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	towns := fstest.MapFS{}
	for name, more := range map[string]string{"municipalities/tallvik.yaml": "", "municipalities/ekkoping.yaml": "\nservices: [{form: gatufest}]\n" +
		"cooperations:\n  - {id: skola, title: Skolorna, authority: social, host: tallvik/barn-och-utbildning, forms: [gatufest]}\n"} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		towns[name] = &fstest.MapFile{Data: append([]byte(withoutServices(string(raw))), more...)}
	}
	return servertest.New(t, servertest.Options{Forms: folder, Municipalities: towns})
}

// Who signs stands in another organisation's register of people: those who hold the role on the day take part, are told as the register says,
// and sign as everybody does. Nobody holding it stops the application rather than letting it go on without.
func TestDirectoryRoleSigns(t *testing.T) {
	t.Parallel()
	w := heads(t)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "gatufest")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, map[string]url.Values{"fest": servertest.Posted("/fest/vad=Äta tårta", "/fest/stor=false")})
	v, err := w.Flow.Page(w.Ctx, anna, draft, "kontrollera", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Flow.Submit(w.Ctx, anna, draft, v.Rev); !errors.Is(err, fault.Hindered) {
		t.Fatalf("nobody holds the role: %v", err)
	}
	for _, who := range []personas.ID{personas.MariaProvberg, personas.JohanProvlund} {
		p := people.Person{Tenant: "tallvik", Name: who.Persona().Name(), Number: who.Number(), Email: who.Number().Digits()[:8] + "@example.se",
			Roles: []people.Role{{Authority: "barn-och-utbildning", Role: "manager", Title: "Rektor"}}}
		if _, err := w.Flow.People.Put(w.Ctx, p, people.Entry{At: w.Clock.Now(), By: "setup", What: []string{"entered"}}); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Advance(people.Fresh)
	id := w.Submit(anna, draft)
	h := w.Head(id)
	if len(h.Parties) != 3 || len(h.Order.Places) != 3 || h.Parties[1].Number == h.Parties[2].Number {
		t.Fatalf("parties %+v, places %+v", h.Parties, h.Order.Places)
	}
	first := h.Order.InSteps()[1].Places[0].Party
	w.Sign(anna, id)
	w.Run()
	if pl := place(t, w, id, first); pl.State != signing.Invited || pl.Channel != "mail" {
		t.Fatalf("the first is %+v", pl)
	}
	head := w.Head(id)
	to := servertest.Citizen(personas.MariaProvberg)
	if head.Party(first).Number != to.Citizen.Number {
		to = servertest.Citizen(personas.JohanProvlund)
	}
	if got := len(w.Sim.Mail.Messages(head.Party(first).Given.Email)); got != 1 {
		t.Errorf("%d mails to where the register says", got)
	}

	// The applicant changes what was handed in; those who were asked stay, whatever the register says now.
	changed, err := w.Flow.Amend(w.Ctx, anna, id)
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, changed, map[string]url.Values{"fest": servertest.Posted("/fest/vad=Äta glass", "/fest/stor=false")})
	if v, err = w.Flow.Page(w.Ctx, anna, changed, "kontrollera", false); err != nil {
		t.Fatal(err)
	}
	if _, dv, err := w.Flow.Submit(w.Ctx, anna, changed, v.Rev); err != nil || dv != nil {
		t.Fatalf("the change: %+v %v", dv, err)
	}
	w.Sign(anna, id)
	w.Sign(to, id)
	if got := w.Head(id); got.State != casework.AwaitingOfficer {
		t.Errorf("signed by one of them: %s", got.State)
	}
}

// A directory role in an organisation that does not work together with the municipality, or in a board that there is not, stops the start.
func TestDirectoryRolesAreChecked(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for name, c := range map[string]struct {
		role forms.DirectoryRole
		ok   bool
	}{
		"the own board":           {forms.DirectoryRole{Role: "chair"}, true},
		"another board":           {forms.DirectoryRole{Authority: "social", Role: "chair"}, true},
		"no such board":           {forms.DirectoryRole{Authority: "raketer", Role: "chair"}, false},
		"no such organisation":    {forms.DirectoryRole{Organisation: "granvik", Authority: "social", Role: "chair"}, false},
		"one that stands alone":   {forms.DirectoryRole{Organisation: "tallvik", Authority: "barn-och-utbildning", Role: "chair"}, false},
		"one's own by its id too": {forms.DirectoryRole{Organisation: "ekkoping", Authority: "social", Role: "chair"}, true},
	} {
		err := w.Flow.CheckHolders("ekkoping", "prov", flow.Head{Authority: "barn-och-utbildning", Holders: []forms.DirectoryRole{c.role}})
		if (err == nil) != c.ok || err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
