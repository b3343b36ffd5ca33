package lantmaterietsim

import (
	"net/http"
	"strconv"
	"time"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/places"
	"samtjanst/integrations/sim/shell"
)

// Pages serves /lantmateriet/: the places, and the switches.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lantmateriet/{$}", s.index)
	mux.HandleFunc("POST /lantmateriet/script", outage.Commands(outage.FromForm[Fault],
		func(c outage.Command[Fault]) error { return s.outage.Do(c, s.Reset) }, func(outage.Command[Fault]) string { return "/lantmateriet/" }))
	return shell.Guard(mux)
}

type indexView struct {
	Switch    outage.View
	Addresses []places.Place
	Parcels   []places.Parcel
	Calls     shell.Table
}

var indexPage = shell.New(`
<p>Så svarar Lantmäteriet när någon hämtar en adress eller en fastighet i ett formulär. Pröva att söka på det som står här, eller på en del av det.</p>
{{template "outage" .Switch}}
<form method="post" action="/lantmateriet/script"><p><button class="quiet" name="reset" value="1">Avsluta störningar och glöm frågorna</button></p></form>
<section aria-labelledby="adr"><h2 id="adr">Adresserna</h2><ul class="cards">{{range .Addresses}}<li class="card"><h3>{{.Street}}</h3><p>{{with .PostalCode}}{{.}} {{end}}{{with .City}}{{.}}, {{end}}{{.Municipality}}{{with .Unit.Designation}}<br>{{.}}{{end}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
<section aria-labelledby="fast"><h2 id="fast">Fastigheterna</h2><ul class="cards">{{range .Parcels}}<li class="card"><h3>{{.Designation}}</h3><p>{{.Kind}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
{{template "calls" .Calls}}`)

func (s *Sim) index(w http.ResponseWriter, _ *http.Request) {
	v := indexView{Switch: s.outage.View("/lantmateriet/script"), Addresses: s.addresses, Parcels: s.parcels,
		Calls: shell.Calls(s.Calls(), []string{"Text", "Träffar"}, func(c Call) (time.Time, string, []string) {
			return c.At, c.Ref, []string{c.Text, strconv.Itoa(c.Found)}
		})}
	indexPage.Write(w, http.StatusOK, "Lantmäteriet, adresser och fastigheter", v)
}
