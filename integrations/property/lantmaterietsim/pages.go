package lantmaterietsim

import (
	"encoding/json"
	"mime"
	"net/http"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/places"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /lantmateriet/: the places, and the switches.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lantmateriet/{$}", s.index)
	mux.HandleFunc("POST /lantmateriet/script", s.script)
	return shell.Guard(mux)
}

// Command is what POST /lantmateriet/script takes, as JSON or as a form with the same names. The keys that are set act, in this order.
type Command struct {
	Reset bool   `json:"reset,omitempty"`
	Fault *Fault `json:"fault,omitempty"` // "" ends a fault
	Times int    `json:"times,omitempty"` // 0: until told otherwise
}

func (s *Sim) script(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		if err := s.outage.Form(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.PostForm.Get("reset") != "" {
			s.Reset()
		}
		http.Redirect(w, r, "/lantmateriet/", http.StatusSeeOther)
		return
	}
	var c Command
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&c)
	if err == nil && c.Reset {
		s.Reset()
	}
	if err == nil && c.Fault != nil {
		err = s.Fail(*c.Fault, c.Times)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

type indexView struct {
	Switch    outage.View
	Addresses []places.Place
	Parcels   []places.Parcel
	Calls     []callView
}

type callView struct {
	At, Ref, Text string
	Found         int
}

var indexPage = shell.New(`
<p>Så svarar Lantmäteriet när någon hämtar en adress eller en fastighet i ett formulär. Pröva att söka på det som står här, eller på en del av det.</p>
{{template "outage" .Switch}}
<form method="post" action="/lantmateriet/script"><p><button class="quiet" name="reset" value="1">Avsluta störningar och glöm frågorna</button></p></form>
<section aria-labelledby="adr"><h2 id="adr">Adresserna</h2><ul class="cards">{{range .Addresses}}<li class="card"><h3>{{.Street}}</h3><p>{{with .PostalCode}}{{.}} {{end}}{{with .City}}{{.}}, {{end}}{{.Municipality}}{{with .Unit.Designation}}<br>{{.}}{{end}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
<section aria-labelledby="fast"><h2 id="fast">Fastigheterna</h2><ul class="cards">{{range .Parcels}}<li class="card"><h3>{{.Designation}}</h3><p>{{.Kind}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
<section aria-labelledby="calls"><h2 id="calls">Senaste frågorna</h2>
{{if .Calls}}<div class="wide" tabindex="0" role="region" aria-label="Tabell över frågorna"><table><thead><tr><th scope="col">När</th><th scope="col">Referens</th><th scope="col">Text</th><th scope="col">Träffar</th></tr></thead><tbody>{{range .Calls}}<tr><td>{{.At}}</td><td>{{.Ref}}</td><td>{{.Text}}</td><td>{{.Found}}</td></tr>{{end}}</tbody></table></div>{{else}}<p>Ingen har frågat än.</p>{{end}}
</section>`)

func (s *Sim) index(w http.ResponseWriter, _ *http.Request) {
	v := indexView{Switch: s.outage.View("/lantmateriet/script"), Addresses: s.addresses, Parcels: s.parcels}
	calls := s.Calls()
	for i := len(calls) - 1; i >= 0 && len(v.Calls) < 20; i-- {
		c := calls[i]
		v.Calls = append(v.Calls, callView{c.At.In(clock.Stockholm).Format("15:04:05"), c.Ref, c.Text, c.Found})
	}
	indexPage.Write(w, http.StatusOK, "Lantmäteriet, adresser och fastigheter", v)
}
