package mailsim

import (
	"net/http"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /mail/ (the mailbox), /mail/api?to= (the same as JSON) and POST /mail/script (fault, times, clear).
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mail/{$}", s.list)
	mux.HandleFunc("GET /mail/api", func(w http.ResponseWriter, r *http.Request) {
		shell.JSON(w, http.StatusOK, s.Messages(r.FormValue("to")))
	})
	mux.HandleFunc("POST /mail/script", s.outage.Script("/mail/", s.box.Script))
	return shell.Guard(mux)
}

type view struct {
	To       string
	Switch   outage.View
	Messages []messageView
}

type messageView struct {
	Message
	When string
	Text []shell.Span
}

var page = shell.New(`
<form method="get" action="/mail/" class="row"><div><label for="to">Visa brev till</label><input id="to" name="to" type="text" inputmode="email" autocomplete="off" value="{{.To}}"></div><button>Visa</button>{{if .To}} <a class="button quiet" href="/mail/">Visa alla</a>{{end}}</form>
{{if not .Messages}}<p>Inga brev än.</p>{{end}}
{{range .Messages}}<article class="card"><h2>{{.Subject}}</h2>
<dl><dt>Till</dt><dd>{{.To}}</dd><dt>Från</dt><dd>{{.From}}</dd><dt>Kom</dt><dd>{{.When}}{{if gt .Copies 1}} (levererat {{.Copies}} gånger, samma Message-ID){{end}}</dd></dl>
<pre{{with .Lang}} lang="{{.}}"{{end}}>{{range .Text}}{{if .Link}}<a href="{{.Link}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</pre></article>{{end}}
{{template "outage" .Switch}}
<form method="post" action="/mail/script"><p><button class="quiet" name="clear" value="1">Töm brevlådan</button></p></form>`)

func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	v := view{To: r.FormValue("to"), Switch: s.outage.View("/mail/script")}
	for _, m := range s.Messages(v.To) {
		v.Messages = append(v.Messages, messageView{m, m.At.In(clock.Stockholm).Format("2006-01-02 15:04:05"), shell.Links(m.Body)})
	}
	page.Write(w, http.StatusOK, "Brevlådan", v)
}
