package bolagsverketsim

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
)

// Pages serves /bolagsverket/: what each company's record looks like, and the switches.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bolagsverket/{$}", s.index)
	mux.HandleFunc("GET /bolagsverket/{id}", s.one)
	mux.HandleFunc("POST /bolagsverket/script", outage.Commands(fromForm, s.Do, func(c Command) string { return "/bolagsverket/" + string(c.Company) }))
	return shell.Guard(mux)
}

// Command is what POST /bolagsverket/script takes, as JSON or as a form with the same names. The keys that are set act, in this order.
type Command struct {
	outage.Command[Fault]
	Company companies.ID `json:"company,omitempty"`
	Change  Change       `json:"change,omitempty"`
}

// Do carries a command out.
func (s *Sim) Do(c Command) error {
	if err := s.outage.Do(c.Command, s.Reset); err != nil || c.Change == "" {
		return err
	}
	return s.Set(c.Company, c.Change)
}

func fromForm(f url.Values) (Command, error) {
	all, err := outage.FromForm[Fault](f)
	return Command{all, companies.ID(f.Get("company")), Change(f.Get("change"))}, err
}

type indexView struct {
	Switch    outage.View
	Companies []companies.Entry
	Calls     shell.Table
}

var indexPage = shell.New(`
<p>Så svarar Bolagsverket när någon trycker på Hämta uppgifter i ett formulär. Öppna ett företag för att se svaret och ändra det.</p>
{{template "outage" .Switch}}
<form method="post" action="/bolagsverket/script"><p><button class="quiet" name="reset" value="1">Återställ alla företag och störningar</button></p></form>
<section aria-labelledby="all"><h2 id="all">Företagen</h2><ul class="cards">{{range .Companies}}<li class="card"><h3><a href="/bolagsverket/{{.ID}}">{{.Name}}</a></h3><p>{{.Number.Dashed}} – {{.Form.Text}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
{{template "calls" .Calls}}`)

func (s *Sim) index(w http.ResponseWriter, _ *http.Request) {
	v := indexView{Switch: s.outage.View("/bolagsverket/script"), Calls: shell.Calls(s.Calls(), []string{"Företag"}, func(c Call) (time.Time, string, []string) {
		who := "finns inte"
		if len(c.IDs) > 0 {
			who = c.IDs[0].Company().Name
		}
		return c.At, c.Ref, []string{who}
	})}
	s.mu.Lock()
	v.Companies = slices.Clone(s.list)
	s.mu.Unlock()
	indexPage.Write(w, http.StatusOK, "Bolagsverket, företagen", v)
}

type oneView struct {
	C       companies.Entry
	State   string
	Changes []choice
	JSON    string
}

type choice struct {
	Value Change
	Text  string
}

var changeTexts = map[Change]string{Restore: "Som från början", Deregister: "Avregistrera", Bankrupt: "Försätt i konkurs",
	Unread: "Läget går inte att läsa", NoAddress: "Ingen adress i registret"}

var onePage = shell.New(`
<p>{{.C.Story}}</p>
<dl><dt>Nummer</dt><dd>{{.C.Number.Dashed}}</dd><dt>Form</dt><dd>{{.C.Form.Text}}</dd><dt>Läge</dt><dd>{{.State}}</dd></dl>
<section aria-labelledby="sw"><h2 id="sw">Ändra från och med nu</h2>
<form method="post" action="/bolagsverket/script" class="row"><input type="hidden" name="company" value="{{.C.ID}}">
<div><label for="ch">Ändring</label><select id="ch" name="change">{{range .Changes}}<option value="{{.Value}}">{{.Text}}</option>{{end}}</select></div><button>Ändra</button></form></section>
<section aria-labelledby="js"><h2 id="js">Så ser svaret ut</h2><pre>{{.JSON}}</pre></section>
<p><a href="/bolagsverket/">Alla företag</a></p>`)

func (s *Sim) one(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(e companies.Entry) bool { return string(e.ID) == r.PathValue("id") })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	e := s.list[i]
	text, err := shell.Indented(record(e.Company))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	v := oneView{C: e, State: string(e.State()), JSON: text}
	for _, c := range Changes() {
		v.Changes = append(v.Changes, choice{c, changeTexts[c]})
	}
	onePage.Write(w, http.StatusOK, e.Name, v)
}
