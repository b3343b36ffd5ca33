package servertest

import (
	"context"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
)

// FarAway is an e-legitimation whose page is visited, over the network: the page says whose turn it is to say yes or no, and the browser posts
// that back. Its signature is no real one: what is verified of those is each driver's own.
type FarAway struct {
	URL  string // of its site
	Link bool   // it is gone to by a link

	mu     sync.Mutex
	orders map[string]eid.Request
	read   map[string]bool // answers that have been
}

// FarAwayID is its id among the offers.
const FarAwayID = "langt-borta"

// FarAway has the platform offer the far-away e-legitimation beside its own, and its signatures pass.
func (w *World) FarAway() *FarAway {
	f := &FarAway{orders: map[string]eid.Request{}, read: map[string]bool{}}
	f.URL = f.listen(w.t, w.Flow.BaseURL+"/eid/svar/"+FarAwayID)
	w.Flow.EIDs = append(w.Flow.EIDs, eid.Offer{Provider: f, Title: map[string]string{"sv": "Långt borta", "en": "Far away"}, Level: 3, Login: true, Sign: true})
	real := w.Flow.Verify
	w.Flow.Verify = func(ctx context.Context, done eid.Completion, want flow.Wanted) error {
		if done.Format == FarAwayID && done.Number == want.Number {
			return nil
		}
		return real(ctx, done, want)
	}
	return f
}

var farAwayPage = template.Must(template.New("").Parse(`<!doctype html><html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Långt borta – e-legitimation</title></head>
<body><main><h1>Långt borta</h1><form method="post" action="{{.Back}}"><input type="hidden" name="order" value="{{.Order}}"><input type="hidden" name="RelayState" value="{{.Relay}}">
{{range .People}}<p><button name="who" value="{{.ID}}">Jag är {{.Name}}</button></p>{{end}}<p><button name="end" value="cancel">Jag avbryter</button></p></form></main></body></html>`))

func (f *FarAway) listen(t testing.TB, back string) string {
	type person struct{ ID, Name string }
	var people []person
	for _, id := range []personas.ID{personas.AnnaTestsson, personas.ErikTestsson} {
		people = append(people, person{string(id), id.Persona().Name()})
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err := r.ParseForm(); err != nil || r.Form.Get("order") == "" {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		err := farAwayPage.Execute(w, map[string]any{"Back": back, "Order": r.Form.Get("order"), "Relay": r.Form.Get("RelayState") + ".x", "People": people})
		if err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// ID is eid.Provider's.
func (f *FarAway) ID() string { return FarAwayID }

// Start is eid.Provider's.
func (f *FarAway) Start(_ context.Context, r eid.Request) (eid.Order, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ref := "o" + r.Relay
	f.orders[ref] = r
	v := &eid.Visit{URL: f.URL + "/sso", Fields: []eid.Field{{Name: "order", Value: ref}, {Name: "RelayState", Value: r.Relay}}}
	if f.Link {
		v = &eid.Visit{URL: f.URL + "/sso?" + url.Values{"order": {ref}, "RelayState": {r.Relay}}.Encode()}
	}
	return eid.Order{Ref: ref, Visit: v}, nil
}

// Collect is eid.Provider's.
func (f *FarAway) Collect(context.Context, string) (eid.Status, error) {
	return eid.Status{State: eid.Pending, Message: eid.StartApp}, nil
}

// Cancel is eid.Provider's.
func (f *FarAway) Cancel(context.Context, string) error { return nil }

// Answer is eid.Visited's.
func (f *FarAway) Answer(_ context.Context, ref string, posted url.Values) (eid.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	order, ok := f.orders[ref]
	switch {
	case !ok || posted.Get("order") != ref || f.read[ref]:
		return eid.Status{}, fault.New("servertest.FarAway", fault.NotFound, &eid.Refusal{Code: "not mine", Message: eid.UnknownFault})
	case posted.Get("end") == "cancel":
		return eid.Status{State: eid.Failed, Message: eid.UserCancelled}, nil
	}
	f.read[ref] = true
	who := personas.ID(posted.Get("who")).Persona()
	if !order.Number.IsZero() && who.EIDNumber != order.Number {
		return eid.Status{State: eid.Failed, Message: eid.WrongPerson}, nil
	}
	return eid.Status{State: eid.Complete, Done: &eid.Completion{Number: who.EIDNumber, Name: who.Name(), Level: 3, Method: FarAwayID, Format: FarAwayID,
		Signature: []byte("far")}}, nil
}
