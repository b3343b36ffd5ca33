package sim

import (
	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property/lantmateriet"

	"go.yaml.in/yaml/v3"
)

// YAML is the part of a platform's configuration that points it at these simulators.
func (e Endpoints) YAML() ([]byte, error) {
	type handover struct {
		Municipality string         `yaml:"municipality"`
		Target       string         `yaml:"target"`
		Webhook      webhook.Config `yaml:"webhook"`
	}
	var c struct {
		BankID   bankid.Config          `yaml:"bankid"`
		Navet    navet.Config           `yaml:"navet"`
		Company  bolagsverket.Config    `yaml:"bolagsverket"`
		Property lantmateriet.Config    `yaml:"lantmateriet"`
		Mail     smtp.Config            `yaml:"mail"`
		SMS      smshttp.Config         `yaml:"sms"`
		Staff    map[string]oidc.Config `yaml:"staff"`
		Dispatch struct {
			AccessPoint accesspoint.Config `yaml:"accessPoint"`
		} `yaml:"dispatch"`
		Handover []handover `yaml:"handover"`
	}
	c.BankID, c.Navet, c.Company, c.Property, c.Mail, c.SMS, c.Staff = e.BankID, e.Navet, e.Company, e.Property, e.SMTP, e.SMS, e.Staff
	c.Dispatch.AccessPoint = e.Dispatch
	for tenant := range e.Staff {
		for target, w := range e.Webhooks {
			c.Handover = append(c.Handover, handover{tenant, target, w})
		}
	}
	return yaml.Marshal(c)
}
