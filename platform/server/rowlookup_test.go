package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/integrations/sim/companies"
	"samtjanst/platform/server/servertest"
)

// A register is asked from a row that was just added, and from rows beside each other: each is filled with its own, and only that one
// changes when its number does.
func TestARegisterIsAskedFromARow(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b, draft := atCompany(t, w, anna)
	b.Submit(fetch, number(companies.Provbageriet))
	w.Fill(anna, draft, newRestaurant)
	asked := len(w.Sim.Company.Calls())
	page := "/ansokan/" + draft + "/lokal"
	press := func(op string, values url.Values) {
		t.Helper()
		if values == nil {
			values = url.Values{}
		}
		values.Set("op", op)
		b.Get(page)
		b.Submit("Fortsätt", values)
	}
	stored := func(want string) {
		t.Helper()
		v, err := w.Flow.Page(w.Ctx, anna, draft, "lokal", false)
		if err != nil {
			t.Fatal(err)
		}
		rows, _ := forms.Lookup(v.Stored, "/lokal/delas")
		var got []string
		list, _ := rows.([]any)
		for _, row := range list {
			object, _ := row.(map[string]any)
			number, _ := object["nummer"].(string)
			name, _ := object["namn"].(string)
			got = append(got, number+" "+name)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("stored %q, want %q", text, want)
		}
	}
	const row = "/lokal/delas/0/nummer"

	press("add/lokal/delas", nil)
	b.Follow()
	b.Submit("Fortsätt", url.Values{"op": {"lookup" + row}})
	b.Want(http.StatusUnprocessableEntity)
	says(t, b, "Fyll i ”Företagets organisationsnummer”")
	if n := len(w.Sim.Company.Calls()); n != asked {
		t.Errorf("%d questions about nothing", n-asked)
	}

	b.Submit("Fortsätt", url.Values{"op": {"lookup" + row}, "a" + row: {companies.Testrokeriet.Number().Dashed()}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); !strings.HasSuffix(to, "/lokal#f-lokal-delas-x-nummer.0.lookup") {
		t.Errorf("leads to %s", to)
	}
	b.Follow()
	says(t, b, "hämtade från Bolagsverket 23 november 2026", "Tallviks Teströkeri AB")
	stored("165599990032 Tallviks Teströkeri AB")

	// A second row, by hand; then the two change places, and only the first one's number is another.
	press("save", url.Values{"r/lokal/delas": {"0", "n0"}, "a/lokal/delas/n0/namn": {"Marias matvagn"}})
	press("down/lokal/delas/0", nil)
	stored(" Marias matvagn, 165599990032 Tallviks Teströkeri AB")
	press("lookup"+row, url.Values{"a" + row: {companies.Provbageriet.Number().Dashed()}})
	b.Follow()
	stored("165599990008 Provbageriet i Ekköping AB, 165599990032 Tallviks Teströkeri AB")
	press("save", url.Values{"a/lokal/delas/1/nummer": {companies.Testkrogen.Number().Dashed()}, "a/lokal/delas/0/namn": {"Bluff AB"}})
	stored("165599990008 Provbageriet i Ekköping AB, 165599990016 ")
	// The button of a row that is nowhere stored asks about that row, wherever it comes to stand.
	press("lookup/lokal/delas/n0/nummer", url.Values{"r/lokal/delas": {"n0", "1", "0"}, "a/lokal/delas/n0/nummer": {companies.Testrokeriet.Number().Dashed()}})
	if to := b.Page.Header.Get("Location"); !strings.HasSuffix(to, "/lokal#f-lokal-delas-x-nummer.0.lookup") {
		t.Errorf("leads to %s", to)
	}
	stored("165599990032 Tallviks Teströkeri AB, 165599990016 , 165599990008 Provbageriet i Ekköping AB")
}
