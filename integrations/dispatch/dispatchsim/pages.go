package dispatchsim

import (
	"net/http"
	"strconv"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /sdk/ (what has come), /sdk/{id}/{n} (a document) and POST /sdk/script (fault, times, clear).
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sdk/{$}", s.list)
	mux.HandleFunc("GET /sdk/{id}/{n}", s.document)
	mux.HandleFunc("POST /sdk/script", s.outage.Script("/sdk/", s.box.Script))
	return shell.Guard(mux)
}

// document shows one attachment; only what is a PDF is opened in the browser.
func (s *Sim) document(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	for _, m := range s.Messages() {
		if err != nil || m.ID != r.PathValue("id") || n < 0 || n >= len(m.Attachments) {
			continue
		}
		a := m.Attachments[n]
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Type", "application/octet-stream")
		if a.Type == "application/pdf" {
			w.Header().Set("Content-Type", a.Type)
		}
		_, _ = w.Write(a.Bytes) // the reader has gone: nobody to tell
		return
	}
	http.NotFound(w, r)
}

type view struct {
	Switch   outage.View
	Messages []messageView
}

type messageView struct {
	Message
	When string
}

var page = shell.New(`
{{if not .Messages}}<p>Inga meddelanden än.</p>{{end}}
{{range .Messages}}{{$id := .ID}}<article class="card"><h2>{{.Subject}}</h2>
<dl><dt>Från</dt><dd>{{.From}}</dd><dt>Till</dt><dd>{{.To}}</dd><dt>Konversation</dt><dd>{{.Conversation}}</dd><dt>Kom</dt><dd>{{.When}}</dd><dt>Kvitto</dt><dd>{{.Receipt}}</dd></dl>
<ul>{{range $n, $a := .Attachments}}<li><a href="/sdk/{{$id}}/{{$n}}">{{$a.Name}}</a></li>{{end}}</ul></article>{{end}}
{{template "outage" .Switch}}
<form method="post" action="/sdk/script"><p><button class="quiet" name="clear" value="1">Töm inkorgen</button></p></form>`)

func (s *Sim) list(w http.ResponseWriter, _ *http.Request) {
	v := view{Switch: s.outage.View("/sdk/script")}
	for _, m := range s.Messages() {
		v.Messages = append(v.Messages, messageView{m, m.At.In(clock.Stockholm).Format("2006-01-02 15:04:05")})
	}
	page.Write(w, http.StatusOK, "Meddelanden mellan myndigheter", v)
}
