package connector

import (
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// secretState answers what an error of the secret store says about a connector.
func secretState(err error) (State, string) {
	if secretGone(err) {
		return StateSecretMissing, ""
	}
	var res *azcore.ResponseError
	if errors.As(err, &res) {
		return StateVault, res.ErrorCode
	}
	return StateVault, ""
}

func secretGone(err error) bool {
	var res *azcore.ResponseError
	return errors.As(err, &res) && res.StatusCode == http.StatusNotFound
}
