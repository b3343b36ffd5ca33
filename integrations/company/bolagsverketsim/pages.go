package bolagsverketsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /bolagsverket/: what each company's record looks like, and the switches.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bolagsverket/{$}", s.index)
	mux.HandleFunc("GET /bolagsverket/{id}", s.one)
	mux.HandleFunc("POST /bolagsverket/script", s.script)
	return shell.Guard(mux)
}

// Command is what POST /bolagsverket/script takes, as JSON or as a form with the same names. The keys that are set act, in this order.
type Command struct {
	Reset   bool         `json:"reset,omitempty"`
	Fault   *Fault       `json:"fault,omitempty"` // "" ends a fault
	Times   int          `json:"times,omitempty"` // 0: until told otherwise
	Company companies.ID `json:"company,omitempty"`
	Change  Change       `json:"change,omitempty"`
}

// Do carries a command out.
func (s *Sim) Do(c Command) error {
	if c.Reset {
		s.Reset()
	}
	if c.Fault != nil {
		if err := s.Fail(*c.Fault, c.Times); err != nil {
			return err
		}
	}
	if c.Change != "" {
		return s.Set(c.Company, c.Change)
	}
	return nil
}

func (s *Sim) script(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	var c Command
	var err error
	asJSON := false
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t == "application/json" {
		asJSON = true
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		err = d.Decode(&c)
	} else {
		c, err = fromForm(r)
	}
	if err == nil {
		err = s.Do(c)
	}
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case asJSON:
		w.WriteHeader(http.StatusNoContent)
	default:
		http.Redirect(w, r, "/bolagsverket/"+string(c.Company), http.StatusSeeOther)
	}
}

func fromForm(r *http.Request) (Command, error) {
	if err := r.ParseForm(); err != nil {
		return Command{}, err
	}
	f := r.PostForm
	c := Command{Reset: f.Get("reset") != "", Company: companies.ID(f.Get("company")), Change: Change(f.Get("change"))}
	if f.Has("fault") {
		v := Fault(f.Get("fault"))
		c.Fault = &v
	}
	if t := f.Get("times"); t != "" {
		var err error
		if c.Times, err = strconv.Atoi(t); err != nil {
			return Command{}, fmt.Errorf("times: %w", err)
		}
	}
	return c, nil
}

type indexView struct {
	Switch    outage.View
	Companies []companies.Entry
	Calls     []callView
}

type callView struct{ At, Ref, Who string }

var indexPage = shell.New(`
<p>Så svarar Bolagsverket när någon trycker på Hämta uppgifter i ett formulär. Öppna ett företag för att se svaret och ändra det.</p>
{{template "outage" .Switch}}
<form method="post" action="/bolagsverket/script"><p><button class="quiet" name="reset" value="1">Återställ alla företag och störningar</button></p></form>
<section aria-labelledby="all"><h2 id="all">Företagen</h2><ul class="cards">{{range .Companies}}<li class="card"><h3><a href="/bolagsverket/{{.ID}}">{{.Name}}</a></h3><p>{{.Number.Dashed}} – {{.Form.Text}}</p><p>{{.Story}}</p></li>{{end}}</ul></section>
<section aria-labelledby="calls"><h2 id="calls">Senaste frågorna</h2>
{{if .Calls}}<div class="wide" tabindex="0" role="region" aria-label="Tabell över frågorna"><table><thead><tr><th scope="col">När</th><th scope="col">Referens</th><th scope="col">Företag</th></tr></thead><tbody>{{range .Calls}}<tr><td>{{.At}}</td><td>{{.Ref}}</td><td>{{.Who}}</td></tr>{{end}}</tbody></table></div>{{else}}<p>Ingen har frågat än.</p>{{end}}
</section>`)

func (s *Sim) index(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	v := indexView{Switch: s.outage.View("/bolagsverket/script"), Companies: slices.Clone(s.list)}
	for i := len(s.calls) - 1; i >= 0 && len(v.Calls) < 20; i-- {
		c := s.calls[i]
		who := "finns inte"
		if len(c.IDs) > 0 {
			who = c.IDs[0].Company().Name
		}
		v.Calls = append(v.Calls, callView{c.At.In(clock.Stockholm).Format("15:04:05"), c.Ref, who})
	}
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
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(record(e.Company)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	v := oneView{C: e, State: string(e.State()), JSON: b.String()}
	for _, c := range Changes() {
		v.Changes = append(v.Changes, choice{c, changeTexts[c]})
	}
	onePage.Write(w, http.StatusOK, e.Name, v)
}
