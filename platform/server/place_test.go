package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/property/lantmaterietsim"
	"samtjanst/platform/config"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

const fetchAddress = "Hämta adressen" // the button

// atPlace is somebody's browser at the page that asks for the address of the place, in a draft of its own.
func atPlace(t *testing.T, w *servertest.World) (b *httptestkit.Browser, draft string) {
	t.Helper()
	w.Clock.Advance(10 * time.Minute) // nobody asks too often
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "livsmedelsregistrering")
	if err != nil {
		t.Fatal(err)
	}
	b = visitor(t, w, anna)
	b.Get("/ansokan/" + draft + "/arende")
	b.Submit("Fortsätt", url.Values{"a/arende/typ": {"ny"}})
	b.Follow()
	b.Submit("Fortsätt", servertest.Posted("/foretag/nummer=559999-0008", "/foretag/namn=Provbageriet", "/foretag/gatuadress=Provgatan 12",
		"/foretag/postnummer=99110", "/foretag/ort=Ekköping"))
	b.Follow()
	b.Submit("Visa följdfrågor", servertest.Posted("/anlaggning/namn=Provköket", "/anlaggning/slag=lokal"))
	b.Follow()
	b.Want(http.StatusOK)
	return b, draft
}

func typed(address string) url.Values { return url.Values{"a/anlaggning/adress": {address}} }

// placeIn is what is stored of the place, and how the look-up ended.
func placeIn(t *testing.T, w *servertest.World, draft string) (stored map[string]any, status string) {
	t.Helper()
	v, err := w.Flow.Page(w.Ctx, anna, draft, "stalle", false)
	if err != nil {
		t.Fatal(err)
	}
	stored, _ = v.Stored["anlaggning"].(map[string]any)
	all, _ := v.View.Scope.Facts["lookup"].(map[string]any)
	record, _ := all["address"].(map[string]any)
	status, _ = record["status"].(string)
	return stored, status
}

// wantPlace checks where the place is said to be: address, postal code, town and property, "" for what is not said.
func wantPlace(t *testing.T, w *servertest.World, draft, status string, want ...string) {
	t.Helper()
	stored, got := placeIn(t, w, draft)
	if got != status {
		t.Errorf("status %q, want %q", got, status)
	}
	for i, name := range []string{"adress", "postnummer", "ort", "fastighet"} {
		if text, _ := stored[name].(string); text != want[i] {
			t.Errorf("%s is %q, want %q", name, text, want[i])
		}
	}
}

func TestAddressLookup(t *testing.T) {
	dir := t.TempDir()
	world := servertest.New(t, servertest.Options{Dir: dir})
	impatient := *world
	impatient.Server = restarted(t, world, dir, func(c *config.Config, _ *server.Options) {
		c.Lantmateriet.Timeout, c.Lantmateriet.PerMinute = 300*time.Millisecond, 6000
	})
	w := &impatient
	byn := ""
	choose := func(t *testing.T) (*httptestkit.Browser, string) {
		t.Helper()
		b, draft := atPlace(t, w)
		b.Submit(fetchAddress, typed("Exempelvägen 3"))
		b.Follow()
		b.Want(http.StatusOK)
		says(t, b, "Vilken menar du?", "Exempelvägen 3, 991 10 Ekköping", "Exempelvägen 3, 991 40 Provby")
		wantPlace(t, w, draft, "choose", "Exempelvägen 3", "", "", "")
		for _, n := range httptestkit.Find(b.Doc(), "input") {
			if httptestkit.Attr(n, "name") == "p/anlaggning/adress" {
				byn = httptestkit.Attr(n, "value") // the second
			}
		}
		return b, draft
	}

	t.Run("to the letter", func(t *testing.T) {
		b, draft := atPlace(t, w)
		b.Submit(fetchAddress, typed("provgatan 12"))
		b.Want(http.StatusSeeOther)
		if to := b.Page.Header.Get("Location"); !strings.HasSuffix(to, "/stalle#f-anlaggning-adress.lookup") || strings.Contains(to, "rovgatan") {
			t.Errorf("leads to %s", to)
		}
		b.Follow()
		says(t, b, "hämtade från Lantmäteriet")
		wantPlace(t, w, draft, "found", "provgatan 12", "99110", "Ekköping", "EKKÖPING PROVET 1:2")
		if calls := w.Sim.Property.Calls(); len(calls) != 1 || calls[0].Ref != draft || calls[0].Text != "provgatan 12" {
			t.Errorf("calls %+v", calls)
		}
		b.Submit("Fortsätt", url.Values{"a/anlaggning/ort": {"Norra Ekköping"}}) // what is wrong can be put right
		b.Want(http.StatusSeeOther)
		wantPlace(t, w, draft, "found", "provgatan 12", "99110", "Norra Ekköping", "EKKÖPING PROVET 1:2")
	})
	t.Run("one of several", func(t *testing.T) {
		b, draft := choose(t)
		b.Submit("Använd den jag valt", nil)
		b.Want(http.StatusUnprocessableEntity)
		says(t, b, "Välj vilken du menar")
		b.Get("/ansokan/" + draft + "/stalle")
		b.Submit("Visa följdfrågor", url.Values{"p/anlaggning/adress": {byn}}) // as a page saves itself
		b.Follow()
		says(t, b, "Vilken menar du?")
		wantPlace(t, w, draft, "choose", "Exempelvägen 3", "", "", "")
		posted := httptestkit.New(t, w.App)
		posted.Cookies = b.Cookies
		posted.Get("/ansokan/" + draft + "/stalle") // the same page, for the second press
		for _, press := range []*httptestkit.Browser{b, posted} {
			press.Submit("Använd den jag valt", url.Values{"p/anlaggning/adress": {byn}})
			press.Want(http.StatusSeeOther)
			press.Follow()
			press.Want(http.StatusOK)
			says(t, press, "hämtade från Lantmäteriet")
			wantPlace(t, w, draft, "found", "Exempelvägen 3", "99140", "Provby", "EKKÖPING PROVBYN 2:1")
		}
	})
	t.Run("one of several, and on", func(t *testing.T) {
		b, draft := choose(t)
		b.Submit("Fortsätt", nil)
		b.Want(http.StatusUnprocessableEntity) // the town is still asked for
		b.Submit("Fortsätt", url.Values{"p/anlaggning/adress": {byn}})
		b.Want(http.StatusSeeOther)
		wantPlace(t, w, draft, "found", "Exempelvägen 3", "99140", "Provby", "EKKÖPING PROVBYN 2:1")
	})
	t.Run("none of them", func(t *testing.T) {
		b, draft := choose(t)
		b.Submit("Fortsätt", url.Values{"p/anlaggning/adress": {byn}, "a/anlaggning/adress": {"Exempelvägen 4"}, "a/anlaggning/postnummer": {"99110"}, "a/anlaggning/ort": {"Ekköping"}})
		b.Want(http.StatusSeeOther)
		wantPlace(t, w, draft, "", "Exempelvägen 4", "99110", "Ekköping", "")
	})
	for name, test := range map[string]struct{ typed, status, says string }{
		"not there":                 {"Ingenstansgatan 7", "missing", "Adressen finns inte i registret"},
		"in the other municipality": {"Teststranden 7", "missing", "Adressen finns inte i registret"},
		"too short":                 {"Åå", "too-short", "minst tre tecken"},
		"like it":                   {"Testtorpet 1", "choose", "Provbyn Testtorpet 1, 991 40 Provby"},
		"unread property":           {"Testkajen 6", "found", "kunde inte lämna alla uppgifter"},
	} {
		t.Run(name, func(t *testing.T) {
			b, draft := atPlace(t, w)
			b.Submit(fetchAddress, typed(test.typed))
			b.Follow()
			b.Want(http.StatusOK)
			says(t, b, test.says)
			if _, status := placeIn(t, w, draft); status != test.status {
				t.Errorf("status %s", status)
			}
		})
	}
	for _, f := range []lantmaterietsim.Fault{lantmaterietsim.Down, lantmaterietsim.Slow, lantmaterietsim.Error500, lantmaterietsim.TooMany,
		lantmaterietsim.Forbidden, lantmaterietsim.NoRoute, lantmaterietsim.Malformed, lantmaterietsim.WrongType, lantmaterietsim.OldToken} {
		t.Run("register: "+string(f), func(t *testing.T) {
			b, draft := atPlace(t, w)
			if err := w.Sim.Property.Fail(f, 0); err != nil {
				t.Fatal(err)
			}
			b.Submit(fetchAddress, typed("Testtorget 2"))
			b.Follow()
			b.Want(http.StatusOK)
			says(t, b, "når inte registret")
			w.Sim.Property.Reset()
			if f == lantmaterietsim.OldToken { // once only: a new token is fetched, and nobody notices
				if err := w.Sim.Property.Fail(f, 1); err != nil {
					t.Fatal(err)
				}
			}
			w.Clock.Advance(time.Minute)
			b.Submit(fetchAddress, nil)
			b.Follow()
			wantPlace(t, w, draft, "found", "Testtorget 2", "99110", "Ekköping", "EKKÖPING TESTTORGET 4")
		})
	}
	t.Run("no register for properties of addresses", func(t *testing.T) {
		b, draft := atPlace(t, w)
		if err := w.Sim.Property.Fail(lantmaterietsim.Half, 0); err != nil {
			t.Fatal(err)
		}
		defer w.Sim.Property.Reset()
		b.Submit(fetchAddress, typed("Testtorget 2"))
		b.Follow()
		says(t, b, "kunde inte lämna alla uppgifter")
		wantPlace(t, w, draft, "found", "Testtorget 2", "99110", "Ekköping", "")
	})
}
