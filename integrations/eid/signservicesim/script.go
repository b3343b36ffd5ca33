package signservicesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"samtjanst/platform/idno"
)

// Action is what becomes of a person's signature.
type Action string

// Actions.
const (
	// the service answers with the result code of the same name
	UserCancel        Action = "user-cancel"
	AuthnFailed       Action = "authn-failed"
	UserMismatch      Action = "user-mismatch"
	ReqExpired        Action = "req-expired"
	UnsupportedLoA    Action = "unsupported-loa"
	SigMessageError   Action = "sigmessage-error"
	SecurityViolation Action = "security-violation"
	ResponderError    Action = "ResponderError" // no minor code
	UnknownResult     Action = "some-new-result"

	// the answer is not a genuine one
	Replayed    Action = "replayed"    // the latest response before
	Unsigned    Action = "unsigned"    // no signature
	OtherKey    Action = "otherKey"    // signed by somebody else
	OldResponse Action = "oldResponse" // made before the request

	// the answer is genuine, but lies
	WrongPerson      Action = "wrongPerson"      // another persona's certificate
	AlteredSignature Action = "alteredSignature" // a byte of the signature changed
	WrongDocument    Action = "wrongDocument"    // another document was signed
	LowLevel         Action = "lowLevel"         // identified at loa2
	OtherProvider    Action = "otherProvider"    // identified by another identity provider
	OldLogin         Action = "oldLogin"         // identified before the request
	ForeignCA        Action = "foreignCA"        // a certificate from another authority
	NoAssertion      Action = "noAssertion"      // nothing of how the person was identified
	OtherContext     Action = "otherContext"     // the certificate names another assertion than the response
)

// results are the codes of failed signatures.
var results = map[Action]string{
	UserCancel: "http://id.elegnamnden.se/sig-status/1.0/user-cancel", UserMismatch: "http://id.elegnamnden.se/sig-status/1.0/user-mismatch",
	ReqExpired: "http://id.elegnamnden.se/sig-status/1.0/req-expired", UnsupportedLoA: "http://id.elegnamnden.se/sig-status/1.0/unsupported-loa",
	SigMessageError: "http://id.elegnamnden.se/sig-status/1.0/sigmessage-error", AuthnFailed: "http://id.swedenconnect.se/sig-status/1.1/authn-failed",
	SecurityViolation: "http://id.swedenconnect.se/sig-status/1.1/security-violation", ResponderError: "",
	UnknownResult: "http://id.swedenconnect.se/sig-status/9.9/some-new-result",
}

var lies = []Action{Replayed, Unsigned, OtherKey, OldResponse, WrongPerson, AlteredSignature, WrongDocument, LowLevel, OtherProvider, OldLogin, ForeignCA,
	NoAssertion, OtherContext}

// Scenario is what happens when a person signs. The zero value is that it goes well.
type Scenario struct {
	Do    Action `json:"do"`
	Times int    `json:"times"` // how many times it happens; 0 is always
}

// Script sets what happens to a person's signatures from now on; the zero Scenario removes the script.
func (s *Sim) Script(n idno.Number, sc Scenario) error {
	if _, ok := results[sc.Do]; !ok && sc.Do != "" && !slices.Contains(lies, sc.Do) {
		return fmt.Errorf("signservicesim: unknown action %q", string(sc.Do))
	}
	if sc.Times < 0 {
		return errors.New("signservicesim: a negative number in the scenario")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc.Do == "" {
		delete(s.scripts, n)
		return nil
	}
	s.scripts[n] = &sc
	return nil
}

// Reset removes every script and every session.
func (s *Sim) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.scripts)
	clear(s.sessions)
}

// take gives what is scripted for a person, and counts it. Sim.mu is held.
func (s *Sim) take(n idno.Number) Action {
	sc := s.scripts[n]
	if sc == nil {
		return ""
	}
	if sc.Times > 0 {
		if sc.Times--; sc.Times == 0 {
			delete(s.scripts, n)
		}
	}
	return sc.Do
}

// control adds the JSON door for browser tests. Numbers travel in bodies, never in addresses.
//
//	POST /signservice/script   {"number": "…", "scenario": {"do": "user-cancel", "times": 1}}
//	POST /signservice/reset    {}
//
// 204 when done, 400 for a body that is wrong.
func (s *Sim) control(mux *http.ServeMux) {
	mux.HandleFunc("POST /signservice/script", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Number   string   `json:"number"` // twelve digits
			Scenario Scenario `json:"scenario"`
		}
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil || !idno.Valid(in.Number) {
			http.Error(w, "not the JSON expected, or not a number of twelve digits with a correct check digit", http.StatusBadRequest)
			return
		}
		if err := s.Script(idno.Must(in.Number), in.Scenario); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /signservice/reset", func(w http.ResponseWriter, _ *http.Request) {
		s.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
}
