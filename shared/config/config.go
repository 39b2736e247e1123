// Package config reads the settings that the process gets from its
// environment, and says all that is wrong with them at once. It refuses to hold
// a secret: those are in Key Vault.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/caarlos0/env/v11"
)

// Config is what the environment says. The tag from is the Source of a setting,
// local its value in local.settings.json.example.
type Config struct {
	Port int `env:"FUNCTIONS_CUSTOMHANDLER_PORT" envDefault:"8080" from:"platform"` // where the host calls us, on the loopback address

	Storage  string `env:"AzureWebJobsStorage" from:"machine" local:"azurite"`   // connection string
	TableURL string `env:"AzureWebJobsStorage__tableServiceUri" from:"template"` // else the services' addresses, for the managed identity
	QueueURL string `env:"AzureWebJobsStorage__queueServiceUri" from:"template"`
	Identity string `env:"AzureWebJobsStorage__clientId" from:"template"` // client id of the user-assigned identity; "" for the system-assigned

	KeyVaultURL string `env:"KEY_VAULT_URL" from:"template"`                    // where client secrets of connectors are kept
	SecretsFile string `env:"SECRETS_FILE" from:"machine" local:"secrets.json"` // or a file

	AuthEnabled        bool   `env:"WEBSITE_AUTH_ENABLED" from:"platform" local:"true"`                           // App Service Authentication is on: its headers can be trusted
	AuthTenant         string `env:"AUTH_TENANT_ID" from:"template" local:"00000000-0000-0000-0000-000000000000"` // the Entra tenant of the office's own people
	FirstAdministrator string `env:"FIRST_ADMINISTRATOR" from:"template" local:"beheer@uwkantoor.nl"`             // sign-in name of who may do everything until a team member has that e-mail address

	InstanceMB int64 `env:"INSTANCE_MEMORY_MB" from:"template"` // memory of an instance; what the system says, or 512, when it is not set

	RateLimit             int `env:"RATE_LIMIT" envDefault:"10" from:"template"`              // requests of a person per second, in bursts of five times as many; 0 for no limit
	RateLimitApplications int `env:"RATE_LIMIT_APPLICATIONS" envDefault:"50" from:"template"` // the same of an application

	Simulator string     `env:"SIMULATOR_URL" from:"machine"`                             // a simulated Microsoft 365 tenant
	LogLevel  slog.Level `env:"LOG_LEVEL" envDefault:"INFO" from:"template" local:"INFO"` // DEBUG, INFO, WARN or ERROR

	Site string `env:"WEBSITE_SITE_NAME" from:"platform"` // set in Azure
}

// Load reads the environment. Its error names every setting that is missing or
// wrong, and what is expected of it.
func Load() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("settings: %w", err)
	}
	return c, c.check()
}

func (c Config) check() error {
	var errs []error
	say := func(wrong bool, text string) {
		if wrong {
			errs = append(errs, errors.New(text))
		}
	}
	say(c.Storage == "" && (c.TableURL == "" || c.QueueURL == ""),
		"AzureWebJobsStorage__tableServiceUri and AzureWebJobsStorage__queueServiceUri, or AzureWebJobsStorage, must say where the storage account is")
	say(c.KeyVaultURL == "" && c.SecretsFile == "", "KEY_VAULT_URL must be the address of a Key Vault, such as https://name.vault.azure.net")
	say(c.KeyVaultURL != "" && !isHTTPS(c.KeyVaultURL), "KEY_VAULT_URL must start with https://")
	say(c.Simulator != "" && !isHTTPS(c.Simulator), "SIMULATOR_URL must start with https://")
	say(c.AuthEnabled && c.AuthTenant == "", "AUTH_TENANT_ID must be the Entra tenant whose people may sign in")
	say(c.RateLimit < 0 || c.RateLimitApplications < 0, "RATE_LIMIT and RATE_LIMIT_APPLICATIONS must be requests per second, or 0 for no limit")
	say(c.Site != "" && c.Simulator != "", "SIMULATOR_URL must not be set in Azure")
	say(c.Site != "" && c.SecretsFile != "", "SECRETS_FILE must not be set in Azure: secrets belong in Key Vault")
	if len(errs) > 0 {
		return fmt.Errorf("settings: %w", errors.Join(errs...))
	}
	return nil
}

func isHTTPS(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
