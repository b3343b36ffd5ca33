package samlsim

import (
	"net/http"
	"slices"
	"strconv"

	"samtjanst/integrations/sim/shell"
)

var (
	startPage = shell.New(`
<p>Legitimeringstjänster som i Sweden Connect: en för invånare och en med SITHS för personal. Börja i e-tjänsten, så kommer du hit.</p>
<p><a href="/saml/metadata">Metadata</a></p>
<p>En störning gäller de svar som skickas härnäst.</p>
{{template "outage" .}}`)
	visitPage = shell.New(`
{{if .Sign}}<p>Du skriver under det här:</p><pre tabindex="0">{{.Sign}}</pre>{{else}}<p>Du legitimerar dig för <strong>{{.Service}}</strong>.</p>{{end}}
{{with .Message}}<pre tabindex="0">{{.}}</pre>{{end}}
<form method="post" action="/saml/{{.Provider}}/act"><input type="hidden" name="visit" value="{{.Visit}}">
<ul class="cards">{{range .People}}<li class="card"><h2>{{.Name}}</h2>{{if .Asked}}<p>Det är den här personen som e-tjänsten väntar på.</p>{{end}}
{{range .Choices}}<p><button name="who" value="{{.Value}}">{{.Label}}</button></p>{{end}}</li>{{end}}</ul>
<p><button class="quiet" name="end" value="cancel">Avbryt</button></p>
<p><button class="quiet" name="end" value="fraud">Anmäl bedrägeri</button></p>
<p><button class="quiet" name="end" value="authn-failed">Legitimeringen misslyckas</button></p>
</form>`)
	returnPage = shell.New(`
<p>{{.Text}}</p>
<form method="post" action="{{.ACS}}"><input type="hidden" name="SAMLResponse" value="{{.Response}}"><input type="hidden" name="RelayState" value="{{.Relay}}">
<button>Tillbaka till e-tjänsten</button></form>`)
	faultPage = shell.New(`<p class="fault" role="alert">{{.}}</p>`)
)

func (s *Sim) start(w http.ResponseWriter, _ *http.Request) {
	startPage.Write(w, http.StatusOK, "Legitimering (SAML)", s.outage.View("/saml/script"))
}

func (s *Sim) script(w http.ResponseWriter, r *http.Request) {
	if err := s.outage.Form(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/saml/", http.StatusSeeOther)
}

type choice struct{ Value, Label string }

type personView struct {
	Name    string
	Asked   bool
	Choices []choice
}

// people lists who can act, the one asked for first. Values are places in the lists: a page may not hold personal numbers.
func (s *Sim) choices(v *visit) []personView {
	var out []personView
	if v.provider == Staff {
		for i, e := range s.staff {
			p := personView{Name: e.GivenName + " " + e.Surname + ", " + e.Organisation}
			for j, c := range e.Commissions {
				p.Choices = append(p.Choices, choice{strconv.Itoa(i) + "." + strconv.Itoa(j), "Logga in med uppdraget " + c.Name})
			}
			if len(p.Choices) == 0 {
				p.Choices = []choice{{strconv.Itoa(i), "Logga in"}}
			}
			out = append(out, p)
		}
		return out
	}
	label := "Legitimera"
	if v.sign != nil {
		label = "Skriv under"
	}
	for i, p := range s.people {
		out = append(out, personView{p.GivenName + " " + p.Surname, p.Number == v.asked, []choice{{strconv.Itoa(i), label}}})
	}
	slices.SortStableFunc(out, func(a, b personView) int {
		switch {
		case a.Asked && !b.Asked:
			return -1
		case b.Asked && !a.Asked:
			return 1
		}
		return 0
	})
	return out
}

func (s *Sim) showVisit(w http.ResponseWriter, id string, v *visit) {
	title := "Legitimering"
	if v.sign != nil {
		title = "Underskrift"
	}
	if v.provider == Staff {
		title = "Inloggning med SITHS"
	}
	visitPage.Write(w, http.StatusOK, title, struct {
		Provider, Visit, Service, Message, Sign string
		People                                  []personView
	}{v.provider, id, v.service.EntityID, v.message, string(v.sign), s.choices(v)})
}

// act is what the person does; the visit is over after it.
func (s *Sim) act(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("visit")
	s.mu.Lock()
	v := s.visits[id]
	delete(s.visits, id)
	s.mu.Unlock()
	if v == nil || v.provider != r.PathValue("provider") || s.clock.Now().After(v.until) {
		faultPage.Write(w, http.StatusBadRequest, "Legitimering", "Besöket har tagit för lång tid eller är redan klart. Gå tillbaka till e-tjänsten och börja om.")
		return
	}
	end := Fault(r.PostFormValue("end"))
	if _, known := statuses[end]; end != "" && !known {
		http.Error(w, "okänt slut", http.StatusBadRequest)
		return
	}
	who, text := subject{}, "Ingenting skickas om dig."
	if end == "" {
		var ok bool
		if who, end, ok = s.chosen(v, r.PostFormValue("who")); !ok {
			http.Error(w, "okänd person", http.StatusBadRequest)
			return
		}
		text = "Klart. Ditt svar skickas när du går tillbaka."
	}
	if f := s.outage.Take(); end == "" {
		end = f
	}
	if end == WrongPerson {
		who = s.people[len(s.people)-1].subject()
	}
	answer, err := s.answer(v, who, end)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	returnPage.Write(w, http.StatusOK, "Tillbaka", struct{ Text, ACS, Response, Relay string }{text, v.acs, answer, v.relay})
}

// chosen finds who acts. Somebody else than asked may not see what is to be signed (deployment profile 7.1.1).
func (s *Sim) chosen(v *visit, value string) (subject, Fault, bool) {
	if v.provider == Staff {
		for i, e := range s.staff {
			if value == strconv.Itoa(i) && len(e.Commissions) == 0 {
				return e.subject(Commission{}), "", true
			}
			for j, c := range e.Commissions {
				if value == strconv.Itoa(i)+"."+strconv.Itoa(j) {
					return e.subject(c), "", true
				}
			}
		}
		return subject{}, "", false
	}
	i, err := strconv.Atoi(value)
	if err != nil || i < 0 || i >= len(s.people) {
		return subject{}, "", false
	}
	p := s.people[i]
	if v.sign != nil && !v.asked.IsZero() && p.Number != v.asked {
		return subject{}, UnknownPrincipal, true
	}
	return p.subject(), "", true
}
