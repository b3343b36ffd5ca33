package navetsim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
)

func serve(t *testing.T) (*Sim, *httptest.Server) {
	t.Helper()
	s := New(Options{Clock: clock.NewManual(time.Date(2026, 8, 20, 9, 0, 0, 0, time.UTC))})
	srv := httptest.NewServer(s.Pages())
	t.Cleanup(srv.Close)
	return s, srv
}

func get(t *testing.T, u string) (int, string) {
	t.Helper()
	res, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestEveryPersonHasAPage(t *testing.T) {
	_, srv := serve(t)
	status, list := get(t, srv.URL+"/navet/")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for _, p := range personas.All() {
		if !strings.Contains(list, `href="/navet/`+string(p.ID)+`"`) {
			t.Errorf("%s is not listed", p.ID)
		}
		status, page := get(t, srv.URL+"/navet/"+string(p.ID))
		if status != http.StatusOK || !strings.Contains(page, "<h1>"+p.Name()+"</h1>") || !strings.Contains(page, "skyddAvPersonuppgifter") {
			t.Errorf("%s: %d", p.ID, status)
		}
	}
	if status, _ := get(t, srv.URL+"/navet/nobody"); status != http.StatusNotFound {
		t.Errorf("nobody's page: %d", status)
	}
}

func TestScriptByFormAndByJSON(t *testing.T) {
	s, srv := serve(t)
	post := func(form url.Values) int {
		t.Helper()
		res, err := http.PostForm(srv.URL+"/navet/script", form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if got := post(url.Values{"person": {"elsa-testsson"}, "protection": {"SEKRETESSMARKERING"}}); got != http.StatusOK {
		t.Fatal(got)
	}
	if got := s.people[personas.ElsaTestsson].Protection; got != population.Marked {
		t.Errorf("protection %q", got)
	}
	if got := post(url.Values{"person": {"elsa-testsson"}, "custody": {"1"}, "guardian": {"anna-testsson"}}); got != http.StatusOK {
		t.Fatal(got)
	}
	if g := s.people[personas.ElsaTestsson].Related(population.Guardian); len(g) != 1 || g[0] != personas.AnnaTestsson.Number() {
		t.Errorf("%d guardians", len(g))
	}
	for _, bad := range []url.Values{{"person": {"nobody"}, "protection": {"SAKNAS"}}, {"fault": {"tired"}},
		{"person": {"elsa-testsson"}, "protection": {"?"}}, {"person": {"elsa-testsson"}, "deregistered": {"XX"}}, {"person": {"elsa-testsson"}, "moveTo": {"nobody"}}} {
		if got := post(bad); got != http.StatusBadRequest {
			t.Errorf("%v: %d", bad, got)
		}
	}
	res, err := http.Post(srv.URL+"/navet/script", "application/json",
		strings.NewReader(`{"fault":"slow","times":2,"person":"erik-testsson","deregistered":"AV","moveTo":"maria-provberg"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	erik := s.people[personas.ErikTestsson]
	fault, times := s.outage.State()
	if res.StatusCode != http.StatusNoContent || fault != Slow || times != 2 || erik.Deregistered != "AV" ||
		erik.Address.Key != personas.MariaProvberg.Persona().Address.Key {
		t.Errorf("%d, fault %q × %d, %q", res.StatusCode, fault, times, erik.Deregistered)
	}
	if got := post(url.Values{"reset": {"1"}}); got != http.StatusOK || s.outage.Take() != Works || s.people[personas.ErikTestsson].Gone() {
		t.Errorf("reset: %d", got)
	}
	if personas.ElsaTestsson.Persona().Protection != population.Open {
		t.Error("the script changed the cast itself")
	}
}

func TestAnotherSiteCannotScript(t *testing.T) {
	s, srv := serve(t)
	req, err := http.NewRequest(http.MethodPost, srv.URL+"/navet/script", strings.NewReader("fault=down"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden || s.outage.Take() != Works {
		t.Errorf("%d: another site set a fault", res.StatusCode)
	}
}
