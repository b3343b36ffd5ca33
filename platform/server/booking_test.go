package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/slots"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// The times that can be booked, one place at each.
const (
	first  = "2026-11-24T15:00:00+01:00"
	second = "2026-11-24T15:30:00+01:00"
	third  = "2026-12-01T15:00:00+01:00"
	fourth = "2026-12-01T15:30:00+01:00"
)

// advice is a world in which a talk with an adviser is booked.
type advice struct {
	*servertest.World
	t *testing.T
}

func (w advice) start(a identity.Actor) string {
	w.t.Helper()
	draft, err := w.Flow.Start(w.Ctx, a, "ekkoping", "radgivning")
	if err != nil {
		w.t.Fatal(err)
	}
	return draft
}

// choose posts the only page, and gives the codes of what was wrong.
func (w advice) choose(a identity.Actor, draft, at string) (wrong string) {
	w.t.Helper()
	v, err := w.Flow.Page(w.Ctx, a, draft, "rad", false)
	if err != nil {
		w.t.Fatal(err)
	}
	saved, err := w.Flow.Save(w.Ctx, a, draft, flow.Post{Page: "rad", Rev: v.Rev, Values: servertest.Posted("/rad/om=Eget företag", "/rad/tid="+at)})
	if err != nil {
		w.t.Fatal(err)
	}
	return codes(saved.View)
}

func codes(v *flow.DraftView) string {
	if v == nil {
		return ""
	}
	var out []string
	for _, p := range v.Problems {
		out = append(out, string(p.Pointer)+" "+p.Code)
	}
	return strings.Join(out, ", ")
}

// free gives the times that somebody new could choose.
func (w advice) free() string {
	w.t.Helper()
	draft := w.start(linda)
	v, err := w.Flow.Page(w.Ctx, linda, draft, "rad", false)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, d := range v.Times["/rad/tid"].All() {
		for _, s := range d.Slots {
			if s.Start.Before(time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)) {
				out = append(out, slots.Value(s.Start))
			}
		}
	}
	if err := w.Flow.Discard(w.Ctx, linda, draft); err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func (w advice) is(what, free string) {
	w.t.Helper()
	if got := w.free(); got != free {
		w.t.Errorf("%s: free are %q, want %q", what, got, free)
	}
}

func (w advice) submit(a identity.Actor, draft string) (casework.ID, string) {
	w.t.Helper()
	v, err := w.Flow.Page(w.Ctx, a, draft, journey.CheckPage, false)
	if err != nil {
		w.t.Fatal(err)
	}
	id, v, err := w.Flow.Submit(w.Ctx, a, draft, v.Rev)
	if err != nil {
		w.t.Fatal(err)
	}
	return id, codes(v)
}

var linda = servertest.Citizen(personas.LindaProvgren)

func moment(t *testing.T, value string) time.Time {
	t.Helper()
	at, ok := slots.Moment(value)
	if !ok {
		t.Fatal(value)
	}
	return at
}

// A time is chosen, held, lost, taken, handed in, changed by the applicant and by an officer, and withdrawn: at each step exactly the others are free.
func TestBookingFromChoiceToWithdrawal(t *testing.T) {
	w := advice{servertest.New(t, servertest.Offering(t, "testdata/forms", "radgivning")), t}
	mona := w.Staff(personas.MonaTesthandlaggare)
	w.is("nobody has chosen", strings.Join([]string{first, second, third, fourth}, " "))

	// Anna chooses; Erik, who saw the same page, is told and keeps what he typed.
	annas := w.start(anna)
	if wrong := w.choose(anna, annas, first); wrong != "" {
		t.Fatal(wrong)
	}
	eriks := w.start(erik)
	b := visitor(t, w.World, erik)
	b.Get("/ansokan/" + eriks + "/rad")
	b.Want(http.StatusOK)
	says(t, b, "Tisdag 24 november 2026", "15.30–16.00", "i 30 minuter", "Senare tider")
	b.Submit("Senare tider", url.Values{"a/rad/om": {"Min egen fråga"}})
	b.Want(http.StatusOK)
	says(t, b, "Tisdag 1 december 2026", "Tidigare tider")
	b.Submit("Fortsätt", url.Values{"a/rad/om": {"Min egen fråga"}, "a/rad/tid": {first}})
	b.Want(http.StatusUnprocessableEntity)
	says(t, b, "Någon annan hann före till tiden för ”Vilken tid passar?”. Välj en annan tid.", "15.30–16.00")
	if !strings.Contains(string(b.Page.Body), "Min egen fråga") {
		t.Error("what was typed is lost")
	}
	w.is("Anna holds the first", strings.Join([]string{second, third, fourth}, " "))
	if wrong := w.choose(erik, eriks, second); wrong != "" {
		t.Fatal(wrong)
	}
	if wrong := w.choose(erik, eriks, first); wrong != "/rad/tid "+forms.TimeTaken {
		t.Error(wrong)
	}
	w.is("Erik could not change, and keeps the second", strings.Join([]string{third, fourth}, " "))

	// Anna's hold runs out, and Linda is there; handing in says so, and another time goes through.
	w.Clock.Advance(slots.Hold)
	w.is("both holds ran out", strings.Join([]string{first, second, third, fourth}, " "))
	lindas := w.start(linda)
	w.choose(linda, lindas, first)
	if _, wrong := w.submit(anna, annas); wrong != "/rad/tid "+forms.TimeTaken {
		t.Errorf("handing in a time that is lost: %q", wrong)
	}
	if err := w.Flow.Discard(w.Ctx, linda, lindas); err != nil {
		t.Fatal(err)
	}
	w.is("Linda threw hers away", strings.Join([]string{first, second, third, fourth}, " "))
	id, wrong := w.submit(anna, annas)
	if wrong != "" {
		t.Fatal(wrong)
	}
	w.Clock.Advance(2 * slots.Hold)
	w.is("Anna's first is firm", strings.Join([]string{second, third, fourth}, " "))
	w.secret(id, annas)

	// She changes it while signatures are awaited: the old one is hers until that is handed in.
	change, err := w.Flow.Amend(w.Ctx, anna, id)
	if err != nil {
		t.Fatal(err)
	}
	w.choose(anna, change, third)
	w.is("both are hers", strings.Join([]string{second, fourth}, " "))
	if _, wrong := w.submit(anna, change); wrong != "" {
		t.Fatal(wrong)
	}
	w.Run()
	w.is("the third in place of the first", strings.Join([]string{first, second, fourth}, " "))

	// An officer moves it, and she reads why; then withdraws.
	offer, err := w.Flow.FreeTimes(w.Ctx, mona, id, "/rad/tid")
	if err != nil || len(offer.All()) == 0 {
		t.Fatal(offer, err)
	}
	if wrong, err := w.Flow.ChangeTime(w.Ctx, mona, id, "/rad/tid", moment(t, third), moment(t, fourth), "Rådgivaren är sjuk."); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	w.Run()
	w.is("the fourth in place of the third", strings.Join([]string{first, second, third}, " "))
	a := visitor(t, w.World, anna)
	a.Get("/arende/" + string(id))
	a.Want(http.StatusOK)
	says(t, a, "Tisdag 1 december 2026 klockan 15.30. Kommunen har ändrat tiden: Rådgivaren är sjuk.")
	if err := w.Flow.Withdraw(w.Ctx, anna, id); err != nil {
		t.Fatal(err)
	}
	w.Run()
	w.is("all are free again", strings.Join([]string{first, second, third, fourth}, " "))

	// What is taken back before that is absent, and free at once.
	draft := w.start(anna)
	w.choose(anna, draft, third)
	if wrong := w.choose(anna, draft, ""); wrong != "/rad/tid "+forms.Required {
		t.Errorf("without a time: %q", wrong)
	}
	w.is("taken back", strings.Join([]string{first, second, third, fourth}, " "))
}

// secret looks at what is stored of a booking: it names neither the person nor the case nor the draft.
func (w advice) secret(id casework.ID, draft string) {
	w.t.Helper()
	recs, err := w.Flow.Vault.Store.ListRecords(w.Ctx, w.Clock.Now(), "booking", "ekkoping/radgivning/tider/", "", 10)
	if err != nil || len(recs) == 0 {
		w.t.Fatal(recs, err)
	}
	for _, r := range recs {
		for _, told := range []string{string(id), draft, personas.AnnaTestsson.Number().Digits(), "Anna", "Testsson", "företag"} {
			if strings.Contains(r.Key+string(r.Body), told) {
				w.t.Errorf("the book tells %q: %s %s", told, r.Key, r.Body)
			}
		}
	}
}
