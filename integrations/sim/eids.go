package sim

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/frejasim"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/eid/signservicesim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/timestamp"
	"samtjanst/integrations/timestamp/tsasim"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
)

// The e-legitimations beside BankID, and what documents are sealed with.

// legitimated is somebody who has e-legitimations.
type legitimated struct {
	number         idno.Number
	given, surname string
}

// legitimated are the citizens who have e-legitimations, and the staff, who sign decisions.
func (h *Hub) legitimated() []legitimated {
	var out []legitimated
	for _, p := range h.options.People {
		if p.EID {
			out = append(out, legitimated{p.EIDNumber, p.CalledName, p.Surname})
		}
	}
	for _, p := range h.options.Staff {
		given, surname, _ := strings.Cut(p.Name, " ")
		out = append(out, legitimated{p.Number, given, surname})
	}
	return out
}

func (b *builder) frejas() error {
	var people []frejasim.Persona
	for _, p := range b.legitimated() {
		people = append(people, frejasim.Persona{Number: p.number, GivenName: p.given, Surname: p.surname})
	}
	s, err := frejasim.New(frejasim.Options{Dir: b.kept("freja"), Personas: people, Clock: b.options.Clock})
	if err != nil {
		return err
	}
	conf, err := s.TLS()
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	b.Freja = s
	f := s.Files()
	b.Endpoints.Freja = freja.Config{URL: "https://" + net.JoinHostPort(b.host, port(b.freja)), Certificate: f.Certificate, Key: f.Key,
		ServerRoots: f.ServerRoots, Signers: f.Signers, StartURL: b.base + "/freja/start"}
	b.serve(b.freja, &http.Server{Handler: s.APIHandler(), TLSConfig: conf, ErrorLog: b.errorLog})
	b.handle(s.PhoneHandler(), "/freja/")
	return nil
}

// serviceEntity is what the demo's identity provider knows the platform as, wherever on this machine it is.
const serviceEntity = "https://samtjanst.example.se/eid"

// visited are the providers whose pages the browser is sent to.
func (b *builder) visited() error {
	var people []samlsim.Persona
	var signers []signservicesim.Persona
	for _, p := range b.legitimated() {
		people = append(people, samlsim.Persona{Number: p.number, GivenName: p.given, Surname: p.surname})
		signers = append(signers, signservicesim.Persona{Number: p.number, GivenName: p.given, Surname: p.surname})
	}
	var err error
	if b.SAML, err = samlsim.New(samlsim.Options{Dir: b.kept("saml"), BaseURL: b.base, Clock: b.options.Clock, People: people,
		Staff: cardholders()}); err != nil {
		return err
	}
	b.SAML.KnowDemo(serviceEntity)
	f := b.SAML.Files()
	b.Endpoints.SAML = saml.Config{EntityID: serviceEntity, Certificate: f.Certificate, Key: f.Key, MetadataCertificate: f.MetadataCertificate, MetadataURL: b.SAML.MetadataURL(),
		Provider: b.SAML.EntityID(samlsim.Citizens), Name: "Samtjänst", Levels: map[string]int{samlsim.LoA3: 3}, Sign: true}
	b.Endpoints.SITHS = b.Endpoints.SAML
	b.Endpoints.SITHS.Provider, b.Endpoints.SITHS.Attributes, b.Endpoints.SITHS.Levels, b.Endpoints.SITHS.Sign = b.SAML.EntityID(samlsim.Staff), saml.SITHS, nil, false
	if b.Signing, err = signservicesim.New(signservicesim.Options{Dir: b.kept("signservice"), Personas: signers,
		Clock: b.options.Clock}); err != nil {
		return err
	}
	g := b.Signing.Files()
	b.Endpoints.SignService = signservice.Config{URL: b.base + signservicesim.RequestPath, Requester: signservicesim.DefaultRequesterID,
		Service: signservicesim.ServiceID, IdentityProvider: signservicesim.IdentityProviderID, Certificate: g.Certificate, Key: g.Key,
		ServiceCertificates: g.ServiceCertificates, Roots: g.Roots, MessageCertificate: g.MessageCertificate,
		Levels: map[string]int{samlsim.LoA3: 3}}
	b.handle(b.SAML.Handler(), "/saml/")
	b.handle(b.Signing.Handler(), "/signservice/")
	return nil
}

// HSAID is the id of a member of staff on his or her card: the organisation's, and what the login has last in its own.
func HSAID(s personas.Staff) string {
	return "SE" + municipalities[s.Tenant].Number + "-" + s.Subject[len(s.Subject)-4:]
}

// cardholders are the staff of Ekköping, as the provider for cards knows them.
func cardholders() []samlsim.Employee {
	var out []samlsim.Employee
	for _, p := range personas.StaffOf(personas.EkkopingLogin) {
		given, surname, _ := strings.Cut(p.Name, " ")
		out = append(out, samlsim.Employee{HSAID: HSAID(p), GivenName: given, Surname: surname, Organisation: municipalities[p.Tenant].Name})
	}
	return out
}

// municipalities have a certificate each to seal documents with.
var municipalities = map[string]sealtest.Organisation{
	"ekkoping": {Name: "Ekköpings kommun", Number: "2120009901"},
	"tallvik":  {Name: "Tallviks kommun", Number: "2120009902"},
}

func (b *builder) stamps() error {
	s, err := tsasim.New(tsasim.Options{Dir: b.kept("timestamp"), Clock: b.options.Clock})
	if err != nil {
		return err
	}
	roots, err := s.RootsFile()
	if err != nil {
		return err
	}
	b.Stamps = s
	b.handle(s.Pages(), "/tsa/")
	b.handle(s.API(), tsasim.QueryPath)
	b.Endpoints.Timestamp, b.Endpoints.Seals = timestamp.Config{URL: b.base + tsasim.QueryPath, Roots: roots}, map[string]seal.Config{}
	for _, o := range b.options.Organisations {
		if o.Number == "" {
			continue
		}
		if b.Endpoints.Seals[o.ID], err = s.SealFiles(o.ID, sealtest.Organisation{Name: o.Name, Number: o.Number}); err != nil {
			return err
		}
	}
	return nil
}
