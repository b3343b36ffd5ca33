package sim

import (
	"maps"
	"slices"

	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/timestamp"
	"samtjanst/platform/signing/seal"

	"go.yaml.in/yaml/v3"
)

// Endpoints are the configurations of the platform's clients: addresses, certificates and secrets of everything that runs. Their keys are
// those of the platform's configuration, where they stand there as they stand here.
type Endpoints struct {
	URL    string        `yaml:"-"` // the pages
	BankID bankid.Config `yaml:"bankid"`
	Freja  freja.Config  `yaml:"-"`
	// SAML is an identity provider, SignService a signing service behind which people identify themselves at another. The platform sets our
	// own addresses.
	SAML        saml.Config        `yaml:"-"`
	SignService signservice.Config `yaml:"-"`
	// SITHS is where Ekköping's staff log in with cards. The platform sets our own address.
	SITHS     saml.Config            `yaml:"-"`
	Timestamp timestamp.Config       `yaml:"timestamp"`
	Seals     map[string]seal.Config `yaml:"seals"` // by municipality
	Navet     navet.Config           `yaml:"navet"`
	Company   bolagsverket.Config    `yaml:"bolagsverket"`
	Property  lantmateriet.Config    `yaml:"lantmateriet"`
	SMTP      smtp.Config            `yaml:"mail"`
	SMS       smshttp.Config         `yaml:"sms"`
	// Staff has a login for each tenant; the platform sets RedirectURL and LogoutURL, any address on this machine will do.
	Staff map[string]oidc.Config `yaml:"staff"`
	// Webhooks has a receiver for each target: "transport" and "school".
	Webhooks map[string]webhook.Config `yaml:"-"`
	// Dispatch is the access point through which authorities send each other messages.
	Dispatch accesspoint.Config `yaml:"-"`
	// RideLists is the folder that the transport operator's files come back through.
	RideLists string `yaml:"-"`
}

// The receivers of handovers.
const (
	TransportTarget = "transport"
	SchoolTarget    = "school"
)

// YAML is the part of a platform's configuration that points it at these simulators.
func (e Endpoints) YAML() ([]byte, error) {
	type handover struct {
		Municipality string         `yaml:"municipality"`
		Target       string         `yaml:"target"`
		Webhook      webhook.Config `yaml:"webhook"`
	}
	c := struct {
		Endpoints `yaml:",inline"`
		Dispatch  map[string]accesspoint.Config `yaml:"dispatch"`
		Handover  []handover                    `yaml:"handover"`
	}{Endpoints: e, Dispatch: map[string]accesspoint.Config{"accessPoint": e.Dispatch}}
	for _, tenant := range slices.Sorted(maps.Keys(e.Staff)) {
		for _, target := range slices.Sorted(maps.Keys(e.Webhooks)) {
			c.Handover = append(c.Handover, handover{tenant, target, e.Webhooks[target]})
		}
	}
	return yaml.Marshal(c)
}
