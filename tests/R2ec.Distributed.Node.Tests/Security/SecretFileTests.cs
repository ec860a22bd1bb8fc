using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

public sealed class SecretFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("r2ec-secret-");

    private string Place => Path.Combine(_folder.FullName, "token");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_secret_is_its_owners_alone_and_comes_back_trimmed()
    {
        SecretFile.Write(Place, "first");
        SecretFile.Write(Place, " second\n");

        Assert.Equal("second", SecretFile.Read(Place));
        Assert.Equal([Place], Directory.GetFiles(_folder.FullName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void One_that_others_can_read_is_refused_with_the_remedy(UnixFileMode more)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are a matter of Unix");
        SecretFile.Write(Place, "secret");
#pragma warning disable CA1416 // Skipped on Windows.
        File.SetUnixFileMode(Place, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
#pragma warning restore CA1416

        Assert.Contains($"chmod 600 {Place}", Assert.Throws<InputException>(() => SecretFile.Read(Place)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_missing_empty_or_too_long_is_refused()
    {
        Assert.Contains("is missing", Assert.Throws<InputException>(() => SecretFile.Read(Place)).Message, StringComparison.Ordinal);
        SecretFile.Write(Place, " \n");
        Assert.Contains("is empty", Assert.Throws<InputException>(() => SecretFile.Read(Place)).Message, StringComparison.Ordinal);
        SecretFile.Write(Place, new string('x', 4097));
        Assert.Contains("4097 bytes", Assert.Throws<InputException>(() => SecretFile.Read(Place)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_32_bytes_that_never_come_twice()
    {
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(SecretFile.NewToken()).Length);
        Assert.NotEqual(SecretFile.NewToken(), SecretFile.NewToken());
    }
}
