using PyScriptHub.Domain.Accounts;

namespace PyScriptHub.Domain.Tests.Accounts;

public sealed class AccountTests
{
    [Theory]
    [InlineData("ada")]
    [InlineData("grace-hopper")]
    [InlineData("x2")]
    public void A_name_that_can_stand_in_an_address_is_taken(string name) => UserNames.Refuse(name).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("Ada")]
    [InlineData("a_b")]
    [InlineData("-a")]
    [InlineData("a--b")]
    [InlineData("ada\n")]
    [InlineData("аda")]
    [InlineData("<b>ada</b>")]
    [InlineData("support")]
    public void A_name_that_is_none_or_speaks_for_the_hub_is_refused(string name) => UserNames.Refuse(name).ShouldNotBeNull();

    [Fact]
    public void A_token_keeps_only_a_hash_of_its_secret()
    {
        var (token, secret) = AccessToken.Issue(Guid.NewGuid(), "laptop", DateTimeOffset.UnixEpoch);
        secret.ShouldStartWith(AccessToken.Prefix);
        token.Hash.ShouldBe(AccessToken.HashOf(secret));
        AccessToken.Issue(Guid.NewGuid(), "laptop", DateTimeOffset.UnixEpoch).Secret.ShouldNotBe(secret);
    }
}
