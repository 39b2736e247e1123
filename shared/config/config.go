// Package config reads the settings of the process from its environment, and
// reports everything that is wrong with them at once. It refuses secrets, since
// those belong in Key Vault.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/caarlos0/env/v11"
)

// Config holds the settings. The tag from is the Source of a setting, and local
// its value in local.settings.json.example.
type Config struct {
	Port int `env:"FUNCTIONS_CUSTOMHANDLER_PORT" envDefault:"8080" from:"platform"` // the loopback port on which the host calls the process

	Storage string `env:"AzureWebJobsStorage" from:"machine" local:"azurite"` // connection string
	// without Storage: the services' addresses, used with the managed identity
	TableURL string `env:"AzureWebJobsStorage__tableServiceUri" from:"template"`
	QueueURL string `env:"AzureWebJobsStorage__queueServiceUri" from:"template"`
	BlobURL  string `env:"AzureWebJobsStorage__blobServiceUri" from:"template"`
	// client id of the user-assigned identity; "" for the system-assigned
	Identity string `env:"AzureWebJobsStorage__clientId" from:"template"`

	KeyVaultURL string `env:"KEY_VAULT_URL" from:"template"`                    // where client secrets of connectors are kept
	SecretsFile string `env:"SECRETS_FILE" from:"machine" local:"secrets.json"` // file that is used instead of a Key Vault

	// App Service Authentication is on, so its headers can be trusted
	AuthEnabled bool `env:"WEBSITE_AUTH_ENABLED" from:"platform" local:"true"`
	// the Entra tenant of the office's own people
	AuthTenant string `env:"AUTH_TENANT_ID" from:"template" local:"00000000-0000-0000-0000-000000000000"`
	// client id of the app registration with which people and programs sign in, for the description of the API
	AuthClient string `env:"AUTH_CLIENT_ID" from:"template" local:"00000000-0000-0000-0000-000000000000"`
	// sign-in name of the person who has all rights until a team member has that e-mail address
	FirstAdministrator string `env:"FIRST_ADMINISTRATOR" from:"template" local:"beheer@uwkantoor.nl"`

	InstanceMB int64 `env:"INSTANCE_MEMORY_MB" from:"template"` // memory of an instance; if not set, the system's figure, or 512

	// requests per second of one person, in bursts of five times as many; 0 for no limit
	RateLimit             int `env:"RATE_LIMIT" envDefault:"10" from:"template"`
	RateLimitApplications int `env:"RATE_LIMIT_APPLICATIONS" envDefault:"50" from:"template"` // the same for one application

	Simulator string     `env:"SIMULATOR_URL" from:"machine"`                             // a simulated Microsoft 365 tenant
	LogLevel  slog.Level `env:"LOG_LEVEL" envDefault:"INFO" from:"template" local:"INFO"` // DEBUG, INFO, WARN or ERROR

	// where telemetry goes: "" for nowhere, "applicationinsights" or "otlp"
	Telemetry    string `env:"TELEMETRY" from:"template"`
	Insights     string `env:"APPLICATIONINSIGHTS_CONNECTION_STRING" from:"template"` // of the component; the host reads it too
	OTLPEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT" from:"template"`           // a receiver of OTLP over HTTP

	Site string `env:"WEBSITE_SITE_NAME" from:"platform"` // only set in Azure
}

// Load reads the environment. Its error names every setting that is missing or
// wrong, and says what is expected.
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
	say(c.Storage == "" && (c.TableURL == "" || c.QueueURL == "" || c.BlobURL == ""),
		"AzureWebJobsStorage__tableServiceUri, AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__blobServiceUri, or "+
			"AzureWebJobsStorage, must say where the storage account is")
	say(c.KeyVaultURL == "" && c.SecretsFile == "", "KEY_VAULT_URL must be the address of a Key Vault, such as https://name.vault.azure.net")
	say(c.KeyVaultURL != "" && !isHTTPS(c.KeyVaultURL), "KEY_VAULT_URL must start with https://")
	say(c.Simulator != "" && !isHTTPS(c.Simulator), "SIMULATOR_URL must start with https://")
	say(c.AuthEnabled && c.AuthTenant == "", "AUTH_TENANT_ID must be the Entra tenant whose people may sign in")
	say(c.RateLimit < 0 || c.RateLimitApplications < 0,
		"RATE_LIMIT and RATE_LIMIT_APPLICATIONS must be requests per second, or 0 for no limit")
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
