package sim

import (
	"net/http"
	"net/url"

	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/shell"
)

type startView struct {
	Platform string
	Cards    []card
	Families []family
	Staff    []tenantView
	Elected  []personas.Staff // who log in with an e-legitimation
}

// card tells of a simulator.
type card struct{ Path, Title, Text string }

type family struct {
	Title  string
	People []personView
}

type personView struct {
	personas.Persona
	Mailbox, Texts string // addresses; "" for those without
}

type tenantView struct {
	Name  string
	Staff []personas.Staff
}

var startPage = shell.New(`
<p>Den här sidan står för allt som finns runt e-tjänsten i verkligheten: e-legitimationen, folkbokföringen, företagsregistret, adresserna och fastigheterna, e-posten, sms, kommunens egen inloggning och trafikföretaget. Du kan pröva precis som du vill.</p>
<section aria-labelledby="how"><h2 id="how">Så här prövar du</h2>
<ol>
<li>{{if .Platform}}<a href="{{.Platform}}">Öppna e-tjänsten</a>{{else}}Öppna e-tjänsten{{end}}, välj Ekköping och skolskjuts, och logga in.</li>
<li>Öppna <a href="/bankid/phone/anna-testsson">Annas telefon</a> och godkänn. Sök skolskjuts för Elsa eller Oskar och skriv under.</li>
<li>Läs brevet till Erik i <a href="/mail/">brevlådan</a> eller <a href="/sms/">sms-inkorgen</a>, logga in som han med <a href="/bankid/phone/erik-testsson">hans telefon</a> och skriv under du också.</li>
<li>{{if .Platform}}<a href="{{.Platform}}/admin">Logga in som handläggare</a>{{else}}Logga in som handläggare{{end}}: välj Birgitta Provbeslutande och fatta beslutet.</li>
<li>Se vad <a href="/transport/">trafikföretaget och skolan</a> får, och skicka tillbaka en turlista.</li>
</ol></section>
<section aria-labelledby="all"><h2 id="all">Simulatorerna</h2>
<ul class="cards">
{{range .Cards}}<li class="card"><h3><a href="{{.Path}}">{{.Title}}</a></h3><p>{{.Text}}</p></li>
{{end}}</ul></section>
<section aria-labelledby="people"><h2 id="people">Personerna</h2>
{{range .Families}}<h3>{{.Title}}</h3><ul class="cards">{{range .People}}<li class="card"><p><strong>{{.Name}}</strong><br>{{.Number.Dashed}}</p><p>{{.Story}}</p>
<p>{{if .EID}}<a href="/bankid/phone/{{.ID}}">Telefon<span class="hidden"> för {{.Name}}</span></a> · {{end}}<a href="/navet/{{.ID}}">Folkbokföring<span class="hidden"> för {{.Name}}</span></a>{{if .Mailbox}} · <a href="{{.Mailbox}}">Brev<span class="hidden"> till {{.Name}}</span></a>{{end}}{{if .Texts}} · <a href="{{.Texts}}">Sms<span class="hidden"> till {{.Name}}</span></a>{{end}}</p>
{{if .Mail}}<p>{{.Mail}}<br>{{.Phone}}</p>{{end}}</li>{{end}}</ul>{{end}}</section>
<section aria-labelledby="staff"><h2 id="staff">Personalen</h2>
{{range .Staff}}<h3>{{.Name}}</h3><ul>{{range .Staff}}<li><strong>{{.Name}}</strong> – {{.Title}}</li>{{end}}</ul>{{end}}
{{with .Elected}}<h3>Förtroendevalda</h3><p>De loggar in med e-legitimationen.</p><ul>{{range .}}<li><strong>{{.Name}}</strong> – {{.Title}}</li>{{end}}</ul>{{end}}
<p>De loggar in på e-tjänstens sidor för handläggare{{if .Platform}}, <a href="{{.Platform}}/admin">{{.Platform}}/admin</a>{{end}}.</p></section>`)

func (b *builder) start(w http.ResponseWriter, _ *http.Request) {
	v := startView{Platform: b.options.Platform, Cards: b.cards, Elected: b.staffOf("")}
	for _, o := range b.options.Organisations {
		v.Staff = append(v.Staff, tenantView{o.Name, b.staffOf(o.ID)})
	}
	for _, p := range b.options.People {
		if n := len(v.Families); n == 0 || v.Families[n-1].Title != p.Household {
			v.Families = append(v.Families, family{Title: p.Household})
		}
		pv := personView{Persona: p}
		if p.Mail != "" {
			pv.Mailbox = "/mail/?" + url.Values{"to": {p.Mail}}.Encode()
			pv.Texts = "/sms/?" + url.Values{"to": {p.Phone}}.Encode()
		}
		f := &v.Families[len(v.Families)-1]
		f.People = append(f.People, pv)
	}
	startPage.WriteStart(w, "Simulatorerna", v)
}
