package server_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/library"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// walled is a night of package duty's, with all that the staff's pages are about.
//
// Three cases of the night are worked with by the host: one waits for those before whom it is laid, one has been signed, one is only
// prepared. A fourth, about the same person, the deciding board has prepared itself. Beside them that board has a booking of Anna's, an order by hand that waits for
// her, and one that is being made; the host's officers have begun something; a change to a service waits, and one to a person.
type walled struct {
	*duty
	dana              people.Person // asked last, and so not yet
	night, told, own  casework.ID
	given             casework.ID // to the unit, by who visits
	talk, order       casework.ID
	draft, file       string
	making, made      string // of the order that is being made: itself and its document
	proposal, change  string
	published         string // as the service stands
	document, answers string // of the case that waits: what is signed, and what was handed in
	signer            string // whose turn it is there
	attached          string // to the order by hand
	ward              string // where the case that is decided goes on to

	secrets []string // that nobody reads for whom they are not there; none that could stand in a token's random letters
	reader  string   // whose own name stands on every page
	links   []string // by which a list has them, which an address may have too
	alone   []string // of the board's own case
}

// lawOfTheTests is a limit of the form whose decisions are signed in the night.
const lawOfTheTests = `
limits:
  - id: ratten
    title: Beslutet ska underställas förvaltningsrätten
    law: LVU 7 §
    from: decided
    period: 1 week
    moves: true
    done: Handlingarna har lämnats till rätten
    missed: Omhändertagandet upphör.
    warn:
      - {before: 3 days, to: officer}
      - {before: 1 day, to: decider}
      - {before: 4 hours, to: manager}
`

// amended changes a form of a test's folder.
func amended(t *testing.T, folder, form, old, new string) {
	t.Helper()
	name := folder + "/" + form + "/form.yaml"
	raw, err := os.ReadFile(name)
	if err == nil && !strings.Contains(string(raw), old) {
		err = fmt.Errorf("%s has no %q", form, old)
	}
	if err == nil {
		err = os.WriteFile(name, []byte(strings.Replace(string(raw), old, new, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func newWalled(t *testing.T) *walled {
	t.Helper()
	w := &walled{duty: newDuty(t, func(o *servertest.Options, all fstest.MapFS) {
		folder := o.Forms
		o.Log = slog.New(slog.DiscardHandler) // thousands are refused
		for _, form := range []string{"radgivning", "akutplacering"} {
			if err := os.CopyFS(folder+"/"+form, os.DirFS("testdata/forms/"+form)); err != nil {
				t.Fatal(err)
			}
		}
		byHand, err := fs.Sub(library.Forms, "underskrift")
		if err == nil {
			err = os.CopyFS(folder+"/underskrift", byHand)
		}
		if err != nil {
			t.Fatal(err)
		}
		amended(t, folder, "radgivning", "authority: barn-och-utbildning", "authority: social")
		amended(t, folder, "jourbeslut", "    level: 3\n", "    level: 3\n    phone: true\n")
		amended(t, folder, "jourbeslut", "\nretention:", lawOfTheTests+"\nretention:")
		amended(t, folder, "jourbeslut", "\nreference:", "\nunique: answers.?unge.?namn.orValue(\"\")\nreference:")
		here := all["municipalities/ekkoping.yaml"]
		here.Data = append([]byte(strings.Replace(string(here.Data), "forms: [jourbeslut]", "forms: [jourbeslut, akutplacering]", 1)), "\nservices:\n  - form: radgivning\n"...)
		all["municipalities/skogby.yaml"] = towns()["municipalities/skogby.yaml"]
	})}
	w.people(t)
	w.cases(t)
	w.drafts(t)
	for _, id := range []casework.ID{w.night, w.told, w.given, w.own, w.talk, w.order} {
		w.secrets = append(w.secrets, w.Head(id).Reference)
	}
	w.alone = []string{w.Head(w.own).Reference}
	w.secrets = append(w.secrets, "Elsa Testsson", "Provberg", "Eget företag", agreement().Title, proposed)
	w.links = []string{"nytt/jourbeslut", "personer/ekkoping/social", "kostnader/ekkoping/social", "tjanster/radgivning"}
	return w
}

// people adds who is asked last, a line of the delegations, and a change that waits.
func (w *walled) people(t *testing.T) {
	t.Helper()
	w.dana = w.put(t, "Dana Provberg", "198111212398", "+46701740613", appointed())
	b, _, err := w.Flow.People.Board(w.Ctx, "ekkoping", "social")
	if err != nil {
		t.Fatal(err)
	}
	b.Deputies = append(b.Deputies, w.dana.ID)
	b.Delegations = []people.Delegation{{Kinds: []string{"sol-12-1"}, Title: "Enhetschef", Decided: calendar.Of(2026, 1, 20), Paragraph: "§ 9"}}
	if _, err := w.Flow.People.PutBoard(w.Ctx, "ekkoping", b, people.Entry{At: w.Clock.Now(), By: "setup", What: []string{"deputies"}}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(people.Fresh)
	w.propose(t)
}

// propose has another administrator propose another telephone for the chair.
func (w *walled) propose(t *testing.T) {
	t.Helper()
	p, _, err := w.Flow.People.Person(w.Ctx, "ekkoping", w.disa.ID)
	if err != nil {
		t.Fatal(err)
	}
	phone := "070-1740614"
	if p.Phone == "+46701740614" {
		phone = "070-1740615"
	}
	var problems []forms.Problem
	w.change, problems, err = w.Flow.ProposePerson(w.Ctx, administrator("En", social), social, p.ID, flow.PersonEdit{Op: flow.ChangePerson, Rev: p.Rev,
		Typed: people.Typed{Name: p.Name, Number: p.Number.Dashed(), Phone: phone, Email: p.Email, Roles: []people.TypedRole{{Role: "chair", Title: "Ordförande"}}}}, paper())
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
}

// cases makes them.
func (w *walled) cases(t *testing.T) {
	t.Helper()
	w.told = w.duty.prepare(t)
	w.lay(t, w.told, w.disa)
	w.signs(t, w.disa, w.told)
	w.Run()
	w.ward = w.Head(w.told).Dispatches[1].ID

	w.given = w.duty.prepare(t)
	w.night = w.duty.prepare(t)
	w.lay(t, w.night, w.disa, w.dag, w.doris, w.dana)
	away := w.dag.Clone()
	away.Absences = []people.Absence{{From: w.Clock.Now().Add(-time.Minute)}}
	if _, err := w.Flow.People.Put(w.Ctx, away, people.Entry{At: w.Clock.Now(), By: "setup", What: []string{"absences"}}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(15 * time.Minute)
	w.Run()
	if problems, err := w.Flow.AskOfficer(w.Ctx, w.elected(w.doris), w.night, "Var är hon nu?"); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	h := w.Head(w.night)
	w.signer = string(h.Signer(w.doris.ID.Subject()).ID)
	w.document, w.answers = h.Decision.PDF.Part.ID, h.Content.Common.Part.ID

	draft, err := w.Flow.BeginPrepared(w.Ctx, w.siv, "jourbeslut", deciding)
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(w.siv, draft, map[string]url.Values{"unge": servertest.Posted("/unge/namn=Elsa Testsson", "/unge/plats=Hemma")})
	w.own = w.Submit(w.siv, draft)

	booked := advice{w.World, t}
	begun := booked.start(anna)
	if wrong := booked.choose(anna, begun, second); wrong != "" {
		t.Fatal(wrong)
	}
	w.talk = w.Submit(anna, begun)
	w.order = orderedByHand(t, w.World, w.siv, draftByHand(t, w.World, w.siv, "social", agreement()))
	w.attached = w.Head(w.order).Content.Attachments[0].Part.ID
	w.Run()
}

// drafts begins what is not yet a case, and the change to a service.
func (w *walled) drafts(t *testing.T) {
	t.Helper()
	w.begin(t)
	owner := w.holding(identity.FormOwner, deciding)
	p, problems, err := w.Flow.SaveProposal(w.Ctx, owner, "radgivning", "", 0, "about", map[string]string{"form.title": proposed})
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if problems, err := w.Flow.SubmitProposal(w.Ctx, owner, "radgivning", p.ID, p.Rev, "Skäl", flow.Policy{Kind: flow.Keep}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.proposal = p.ID
	head, err := w.Flow.Catalog.Head("ekkoping", "radgivning")
	if err != nil {
		t.Fatal(err)
	}
	w.published = head.Publication
}

// agreement is an order by hand with a title that stands nowhere else.
func agreement() flow.HandOrder {
	order := lease()
	order.Title = "Avtal om en vägbelysning"
	return order
}

// again makes anew what a route has taken away from who comes next.
func (w *walled) again(t *testing.T, r httpkit.Route) {
	t.Helper()
	switch {
	case strings.HasSuffix(r.Path, "/:draft/kasta"):
		w.begin(t)
	case strings.HasSuffix(r.Path, "/bekrafta"):
		w.propose(t)
	}
}

// begin begins the drafts.
func (w *walled) begin(t *testing.T) {
	t.Helper()
	var err error
	if w.draft, err = w.Flow.BeginPrepared(w.Ctx, w.torsten, "akutplacering", deciding); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.Save(w.Ctx, w.torsten, w.draft, flow.Post{Page: "barnet", Rev: 1, Values: servertest.Posted("/barnet/namn=Kim Provberg", "/barnet/skal=vald")}); err != nil {
		t.Fatal(err)
	}
	if p, err := w.Flow.Upload(w.Ctx, w.torsten, w.draft, "/handlingar", "anteckning.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	v, err := w.Flow.Page(w.Ctx, w.torsten, w.draft, "barnet", false)
	if err != nil {
		t.Fatal(err)
	}
	for w.file = range v.Files {
	}
	hand := draftByHand(t, w.World, w.holding(identity.Officer, deciding), "social", agreement())
	w.making, w.made = hand.ID, hand.Files[0].ID
}

// morning has a member sign, and the unit accept both cases.
func (w *walled) morning(t *testing.T) {
	t.Helper()
	w.signs(t, w.doris, w.night)
	w.Run()
	for _, id := range []casework.ID{w.night, w.told} {
		if problems, err := w.Flow.HandToUnit(w.Ctx, w.torsten, id, ""); err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		if _, err := w.Flow.StaffCase(w.Ctx, w.torsten, id); err != nil {
			t.Errorf("handed over, and accepted by nobody: %v", err)
		}
		if err := w.Flow.AcceptFromHost(w.Ctx, w.siv, id); err != nil {
			t.Fatal(err)
		}
	}
}

// aboutOrder and the others are parts of addresses that are about another case than the one that waits.
var (
	aboutOrder = []string{"/bilaga/", "/brev/:party/", "/vidare/", "/hinder/:party", "/ersatt/", "/papper/:party", "/steg", "/komplettering", "/kompletterad", "/aterta"}
	aboutTold  = []string{"/frist/", "/jour/lamnat/", "/jour/bekraftat/", "/jour/skicka/", "/jour/brev/"}
	aboutGiven = []string{"/jour/overlamna", "/jour/ta-emot"}
	aboutTalk  = []string{"/tid/"}
)

func (w *walled) caseOf(r httpkit.Route) casework.ID {
	has := func(parts []string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(r.Path, p) })
	}
	switch {
	case has(aboutOrder):
		return w.order
	case has(aboutTold):
		return w.told
	case has(aboutGiven):
		return w.given
	case has(aboutTalk):
		return w.talk
	}
	return w.night
}

// ofTheNight reports whether a route is about a case that the host has worked with.
func (w *walled) ofTheNight(r httpkit.Route) bool {
	id := w.caseOf(r)
	return strings.Contains(r.Path, ":case") && (id == w.night || id == w.told)
}

// address fills a route's pattern with what exists.
func (w *walled) address(r httpkit.Route) string {
	form, draft, file, part, what, person, party := "radgivning", w.draft, w.attached, w.answers, "gjort", w.disa.ID, "p2"
	switch {
	case strings.HasPrefix(r.Path, "/admin/nytt"):
		form, file = "jourbeslut", w.file
	case strings.HasPrefix(r.Path, "/admin/underskrifter/ny"):
		draft, file = w.making, w.made
	case strings.Contains(r.Path, "/jour/fraga/"):
		part = "1"
	case strings.Contains(r.Path, "/jour/brev/"):
		part, what = "0", "vardnadshavare"
	case strings.Contains(r.Path, "/jour/"):
		part, what = w.ward, flow.CoverLetter
	case strings.Contains(r.Path, "/skriv-under/"):
		part = w.document
	case strings.Contains(r.Path, "/telefon/"):
		party = w.signer
	case strings.Contains(r.Path, "/brev/"):
		what = "invitation"
	case strings.HasSuffix(r.Path, "/franvaro/bort"):
		person = w.dag.ID
	}
	return strings.NewReplacer(":case", string(w.caseOf(r)), ":tenant", "ekkoping", ":board", "social", ":form", form, ":draft", draft, ":file", file, ":page", "barnet", ":party", party, ":part", part,
		":what", what, ":limit", "ratten", ":n", "0", ":proposal", w.proposal, ":group", "about", ":person", string(person), ":change", w.change,
		":shift", "0", ":line", "0").Replace(r.Path)
}

// typed is what somebody types who means to do what a route does, whichever it is.
func (w *walled) typed() url.Values {
	now := w.Clock.Now().In(clock.Stockholm)
	return url.Values{"skal": {"Skäl"}, "grund": {"2"}, "anteckning": {"Text"}, "text": {"Text"}, "fraga": {"Text"}, "not": {"Text"}, "svar": {"reached"}, "vem": {"d1"}, "hur": {"oral"}, "horde": {"Text"},
		"dag": {now.Format(time.DateOnly)}, "klockslag": {now.Format("15.04")}, "datum": {"2026-12-20"}, "sammantrade": {"2026-12-08"}, "namnd": {"ekkoping/social"},
		"arende": {string(w.night), string(w.told), string(w.order)}, "part": {"p2"}, "vad": {"invitation"}, "uppgift": {"1"}, "handlaggare": {""}, "rev": {"1"},
		"utfall": {"omhandertagande"}, "motivering": {"Text"}, "titel": {"Text"}, "underskrift": {"framlagt"}, "bekrafta": {"ja"}, "kollega": {w.torsten.Staff.Subject},
		"utkast": {w.making}, "sok": {"elsa"}, "fran": {"pagar"}, "till": {"klar"}, "n": {"0"}, "publicering": {w.published}, "namn": {"Text Testsson"}}
}

// named is no more than what an address could have named: who may is told what is wrong, and little changes.
func (w *walled) named() url.Values {
	return url.Values{"n": {"0"}, "namnd": {string(deciding)}, "publicering": {w.published}}
}

// state is what nobody may change who is outside: of everything there is, which edition it has.
func (w *walled) state(t *testing.T) string {
	t.Helper()
	var out []string
	for _, id := range []casework.ID{w.night, w.told, w.given, w.own, w.talk, w.order} {
		e, err := w.Flow.Vault.Load(w.Ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint("case ", e.Rev))
	}
	v, err := w.Flow.Page(w.Ctx, w.torsten, w.draft, "barnet", false)
	hand, err2 := w.Flow.HandDraft(w.Ctx, w.holding(identity.Officer, deciding), w.making)
	p, err3 := w.Flow.Proposal(w.Ctx, w.holding(identity.FormOwner, deciding), "radgivning", w.proposal)
	b, _, err4 := w.Flow.People.Board(w.Ctx, "ekkoping", "social")
	one, _, err5 := w.Flow.People.Person(w.Ctx, "ekkoping", w.disa.ID)
	all, err6 := w.Flow.People.Changes(w.Ctx, "ekkoping")
	if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	out = append(out, fmt.Sprint("draft ", v.Rev, " order ", hand.Rev, " proposal ", p.Proposal.Rev, p.Proposal.State, " board ", b.Rev, " person ", one.Rev, " changes ", len(all)))
	for _, c := range all {
		out = append(out, fmt.Sprint(c.State))
	}
	return strings.Join(out, ", ")
}
