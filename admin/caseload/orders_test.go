package caseload

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/signing"
)

// The address of the orders gives a filter and the filter the same address, in its shortest form; what is unknown is left out.
func TestOrderFilter(t *testing.T) {
	for in, want := range map[string]struct {
		url   string
		query flow.OrderQuery
	}{
		ordersURL: {ordersURL, flow.OrderQuery{}},
		ordersURL + "?vantat=7&lage=sen&tjanst=skolskjuts&agare=mina": {ordersURL + "?agare=mina&lage=sen&tjanst=skolskjuts&vantat=7",
			flow.OrderQuery{Days: 7, Wrong: casework.LabelLate, Form: "skolskjuts", Mine: true}},
		ordersURL + "?vantat=3&lage=nas-inte":      {ordersURL + "?lage=nas-inte&vantat=3", flow.OrderQuery{Days: 3, Wrong: casework.LabelUnreached}},
		ordersURL + "?lage=nej":                    {ordersURL + "?lage=nej", flow.OrderQuery{Wrong: casework.LabelRefused}},
		ordersURL + "?vantat=5&lage=x&agare=ingen": {ordersURL, flow.OrderQuery{}},
		ordersURL + "?vantat=-3&lage=alla":         {ordersURL, flow.OrderQuery{}},
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		f := parseOrderFilter(u.Query().Get)
		if got := f.url(); got != want.url {
			t.Errorf("%s: %s, want %s", in, got, want.url)
		}
		if diff := cmp.Diff(want.query, f.query()); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}

// The list as an officer uses it: what is shown, to whom, the next page, and many reminded with one press that leads back.
func TestOrdersPage(t *testing.T) {
	h := newHouse(t)
	h.flow.more = true
	b := visit(t, h, mona)
	b.Get(ordersURL + "?vantat=3")
	b.Want(http.StatusOK)
	for _, want := range []string{"3 ärenden väntar på underskrift", "Erik Testsson", "Inbjuden, har inte öppnat", "sedan 20 dagar, påmind 2 gånger", "1 av 2", "för 6 dagar sedan"} {
		if !strings.Contains(b.Text(), want) {
			t.Errorf("does not say %q: %s", want, b.Text())
		}
	}
	page := string(b.Page.Body)
	if next := ordersURL + "?efter="; !strings.Contains(page, next) || strings.Contains(page, "Till första sidan") {
		t.Errorf("the next page is not linked to")
	}
	b.Submit("Påminn dem som ska skriva under", url.Values{"arende": {string(expired), "finns-inte"}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != ordersURL+"?vantat=3" {
		t.Errorf("back to %s", to)
	}
	h.did(t, string(expired)+" remind missing")
	b.Follow()
	if !strings.Contains(b.Text(), "1 påminnelse skickas nu. 1 ärende kan du inte ändra.") {
		t.Errorf("says %q", b.Text())
	}
	h.flow.more = false
	m := visit(t, h, manager)
	m.Get(ordersURL)
	m.Want(http.StatusOK)
	if strings.Contains(m.Text(), "Påminn dem") {
		t.Error("a manager is offered to remind")
	}
	other := visit(t, h, siv)
	other.Get(ordersURL)
	other.Want(http.StatusOK)
	if !strings.Contains(other.Text(), "Ingen underskrift väntar.") || strings.Contains(other.Text(), "Testsson") {
		t.Errorf("another board sees %q", other.Text())
	}
}

// Everything that can come of reminding many is said.
func TestReminded(t *testing.T) {
	w := swedish(t)
	for _, why := range whyNot {
		_, say := w.reminded(&flow.Reminders{Not: map[flow.WhyNot]int{why: 2}})
		if len(say) != 2 || say[1] == "" || strings.Contains(say[1], "{") {
			t.Errorf("%s: %q", why, say)
		}
	}
	if len(whyNot) != len([]flow.WhyNot{flow.NotThere, flow.NobodyLeft, flow.NotGuarded, flow.NotReachable, flow.OnItsWay}) {
		t.Error("a reason is never told")
	}
}

func TestHinder(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(stepped) + "/hinder/p2") // has said no
	b.Want(http.StatusConflict)
	b.Get(caseURL(stepped) + "/hinder/p5") // not yet in turn
	b.Want(http.StatusConflict)
	b.Get(caseURL(stepped) + "/hinder/p9")
	b.Want(http.StatusNotFound)
	b.Get(caseURL(stepped) + "/hinder/p7")
	b.Want(http.StatusOK)
	if !strings.Contains(b.Text(), "ingen annan är kvar att fråga") { // two are needed, and one of three has said no
		t.Errorf("what follows is not said: %q", b.Text())
	}
	h.flow.wrong = []forms.Problem{{Pointer: "/reason", Code: forms.Required}}
	b.Submit("Anteckna hindret", nil)
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "hinder", b.Page)
	h.flow.wrong = nil
	b.Submit("Anteckna hindret", url.Values{"skal": {"Jävig."}})
	b.Want(http.StatusSeeOther)
	h.did(t, string(stepped)+` hindered p7 "Jävig."`)
}

// What was wrong comes back with everything that was typed, in no address.
func TestReplace(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(stepped) + "/ersatt/p1") // has signed
	b.Want(http.StatusConflict)
	b.Get(caseURL(waits) + "/ersatt/p2") // nothing is wanted any more
	b.Want(http.StatusConflict)
	b.Get(caseURL(stepped) + "/ersatt/p2")
	b.Want(http.StatusOK)
	typed := url.Values{"namn": {"Gun Provberg"}, "nummer": {"19820905-2391"}, "epost": {"gun@"}, "telefon": {"070"}, "grund": {"Fel person."}}
	h.flow.wrong = []forms.Problem{{Pointer: "/number", Code: forms.NotUnique}, {Pointer: "/email", Code: forms.FormatCode, Params: map[string]any{"format": "email"}}}
	b.Submit("Sätt in", typed)
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "replace", b.Page)
	for _, want := range []string{"Den personen har redan en plats", "Skriv e-postadressen i ”E-postadress” som namn@example.se."} {
		if !strings.Contains(b.Text(), want) {
			t.Errorf("does not say %q", want)
		}
	}
	for _, v := range typed {
		if !strings.Contains(string(b.Page.Body), v[0]) {
			t.Errorf("%q is gone", v[0])
		}
	}
	h.flow.wrong = nil
	b.Submit("Sätt in", nil)
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != caseURL(stepped)+"#underskrifter" {
		t.Errorf("to %s", to)
	}
	h.did(t, string(stepped)+` replace p2 "Gun Provberg" "19820905-2391" "gun@" "070" "Fel person."`)
}

// The rules of steps, in words.
func TestStepsInWords(t *testing.T) {
	w := swedish(t)
	h := newHouse(t)
	got := w.signatureOrders(h.flow.cases[stepped], actions{Sign: true})
	if len(got) != 1 || got[0].Title != "" {
		t.Fatalf("%+v", got)
	}
	var said []string
	for _, s := range got[0].Steps {
		said = append(said, strings.TrimSpace(s.Title+": "+s.State.Text+". "+s.Rule+" "+s.Ladder))
	}
	want := []string{"Steg 1 av 3: Klart. En ska skriva under.", "Steg 2 av 3: Pågår, 0 av 2. 2 av 3 ska skriva under.",
		"Steg 3 av 3: Kommer sedan. Det räcker att en av 2 skriver under. De frågas en i taget, med 1 timme och 30 minuter emellan. Den som har hinder hoppas över."}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	if one := w.signatureOrders(h.flow.cases[expired], actions{}); one[0].Steps[0].Title != "" || one[0].Steps[0].Rule != "" {
		t.Errorf("an order that asks all at once is explained: %+v", one[0].Steps[0])
	}
	if got := w.span(clock.Span{Days: 2, Minutes: 60}); got != "2 dagar och 1 timme" {
		t.Errorf("a span: %q", got)
	}
}

// What can be done about a place follows from its state; about a decision's only what those who decide can be asked.
func TestPlaceActions(t *testing.T) {
	h := newHouse(t)
	c := h.flow.cases[stepped].Case
	for p, want := range map[signing.PartyID]placeActions{
		"p1": {}, "p2": {Replace: true, GoOn: true}, "p7": {Remind: true, Hinder: true, Replace: true, GoOn: true}, "p5": {Replace: true, GoOn: true}} {
		if got := placeActionsOf(&c, *c.Order.Place(p), actions{Sign: true}); got != want {
			t.Errorf("%s: %+v, want %+v", p, got, want)
		}
		if got := placeActionsOf(&c, *c.Order.Place(p), actions{ReadOnly: true}); got != (placeActions{}) {
			t.Errorf("%s, for somebody who only reads: %+v", p, got)
		}
	}
	order, _, err := signing.NewOrder("d", signing.Plan{About: "decision", Within: clock.Span{Days: 1}, Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"d1"}}}}, now)
	if err != nil {
		t.Fatal(err)
	}
	c.State, c.Decision = casework.Deciding, &casework.Decision{Order: order}
	if got, want := placeActionsOf(&c, *c.Decision.Order.Place("d1"), actions{}), (placeActions{Remind: true, Hinder: true}); got != want {
		t.Errorf("a decision's: %+v, want %+v", got, want)
	}
}
