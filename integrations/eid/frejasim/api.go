package frejasim

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// maxBody bounds a request: Freja takes 5 MB of hidden data, which are base64 twice over in it.
const maxBody = 10 << 20

// answer is what a handler of the API gives: a body, or one of Freja's errors.
type answer struct {
	body   any
	status int // of an error; 0 for none
	code   int
}

func ok(body any) answer { return answer{body: body} }

// wrong is Freja's answer to what it does not take.
func wrong(code int) answer { return answer{status: http.StatusUnprocessableEntity, code: code} }

// APIHandler is the relying-party API: initiating, asking for one result, and cancelling, for authentication and for signature. It must
// be served with the configuration from TLS.
func (s *Sim) APIHandler() http.Handler {
	mux := http.NewServeMux()
	for path, m := range map[string]struct {
		parameter string
		do        func(call) (answer, *Scenario)
	}{
		"/authentication/1.0/initAuthentication": {"initAuthRequest", func(c call) (answer, *Scenario) { return s.start(c, true) }},
		"/authentication/1.0/getOneResult":       {"getOneAuthResultRequest", func(c call) (answer, *Scenario) { return s.collect(c, true) }},
		"/authentication/1.0/cancel":             {"cancelAuthRequest", func(c call) (answer, *Scenario) { return s.cancel(c, true), nil }},
		"/sign/1.0/initSignature":                {"initSignRequest", func(c call) (answer, *Scenario) { return s.start(c, false) }},
		"/sign/1.0/getOneResult":                 {"getOneSignResultRequest", func(c call) (answer, *Scenario) { return s.collect(c, false) }},
		"/sign/1.0/cancel":                       {"cancelSignRequest", func(c call) (answer, *Scenario) { return s.cancel(c, false), nil }},
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil || r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
				http.Error(w, "bad request", http.StatusBadRequest)
				return
			}
			parameter, readable := parameterOf(string(body), m.parameter)
			if !readable {
				reply(w, wrong(invalidJSON))
				return
			}
			c := call{rp: sha256.Sum256(r.TLS.PeerCertificates[0].Raw), parameter: parameter, now: s.clock.Now()}
			a, sc := m.do(c)
			if sc != nil {
				switch {
				case sc.Do != Slow:
					a = scripted(*sc)
				case !wait(r, *sc):
					return
				default:
					c.asUsual = true
					a, _ = m.do(c)
				}
			}
			reply(w, a)
		})
	}
	return mux
}

// call is a request whose parameter has been unwrapped.
type call struct {
	rp        fingerprint
	parameter []byte
	now       time.Time
	asUsual   bool // no script: it has made the call late, and that was all
}

func wait(r *http.Request, sc Scenario) bool {
	select {
	case <-time.After(time.Duration(sc.DelayMS) * time.Millisecond):
		return true
	case <-r.Context().Done():
		return false
	}
}

// scripted is the answer that a scenario gives in place of the usual one.
func scripted(sc Scenario) answer {
	switch sc.Do {
	case Malformed:
		return ok(json.RawMessage(`{"status":"`))
	case Unavailable:
		return answer{status: http.StatusServiceUnavailable, code: -1}
	}
	r := refused[sc.Do]
	return answer{status: r.status, code: r.code}
}

func reply(w http.ResponseWriter, a answer) {
	if a.code == -1 {
		http.Error(w, "<html>Service unavailable</html>", a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if raw, is := a.body.(json.RawMessage); is {
		_, _ = w.Write(raw)
		return
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
		a.body = map[string]any{"code": a.code, "message": "Simulated"}
	}
	_ = json.NewEncoder(w).Encode(a.body)
}

func (s *Sim) start(c call, login bool) (answer, *Scenario) {
	o, code := s.readStart(c.parameter, login, c.now)
	if code != 0 {
		return wrong(code), nil
	}
	o.rp = c.rp
	if !c.asUsual {
		if sc, is := s.atStart(o.asked); is {
			return answer{}, &sc
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.add(o, c.now) {
		return wrong(loginInProgress), nil
	}
	return ok(map[string]string{refName(login): o.ref}), nil
}

func refName(login bool) string {
	if login {
		return "authRef"
	}
	return "signRef"
}

// known finds the order that a call names, for the relying party that made it; to others there is none. Sim.mu is held.
func (s *Sim) known(c call, login bool) *order {
	var in map[string]any
	if json.Unmarshal(c.parameter, &in) != nil {
		return nil
	}
	ref, _ := in[refName(login)].(string)
	if o := s.find(ref, c.now); o != nil && o.rp == c.rp && o.login == login {
		return o
	}
	return nil
}

func (s *Sim) cancel(c call, login bool) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.known(c, login)
	if o == nil || !o.pending() {
		return wrong(unknownReference)
	}
	o.end(cancelled, c.now)
	return ok(struct{}{})
}

func (s *Sim) collect(c call, login bool) (answer, *Scenario) {
	s.mu.Lock()
	o := s.known(c, login)
	if o == nil {
		s.mu.Unlock()
		return wrong(unknownReference), nil
	}
	var sc Scenario
	byScript := false
	if !c.asUsual {
		o.collects++
		sc, byScript = s.play(o, c.now)
	}
	seen := *o
	o.shown = ""
	s.mu.Unlock()
	if byScript {
		return answer{}, &sc
	}
	body := map[string]any{refName(login): seen.ref, "status": seen.status}
	switch {
	case seen.shown == " ":
		delete(body, "status")
	case seen.shown != "":
		body["status"] = seen.shown
	case seen.status == approved:
		details, err := s.result(seen)
		if err != nil {
			return answer{status: http.StatusInternalServerError}, nil
		}
		body["details"] = details
		body["requestedAttributes"] = map[string]any{
			"basicUserInfo": map[string]string{"name": seen.by.GivenName, "surname": seen.by.Surname},
			"ssn":           map[string]string{"country": "SE", "ssn": seen.by.Number.Digits()},
		}
	}
	return ok(body), nil
}
